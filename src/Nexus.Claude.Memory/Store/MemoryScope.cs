namespace Nexus.Claude.Memory;

/// <summary>
/// Whose memory it is. Nothing of one scope is ever found, counted, exported or forgotten through another. Both parts have to be said:
/// an empty one is refused, so a server that forgets to name its user remembers nothing instead of everything.
/// </summary>
public sealed record MemoryScope
{
    /// <summary>Names a scope.</summary>
    /// <param name="tenant">The organisation or application.</param>
    /// <param name="user">The user within it.</param>
    /// <exception cref="ArgumentException">One of them is empty or white space.</exception>
    public MemoryScope(string tenant, string user)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tenant);
        ArgumentException.ThrowIfNullOrWhiteSpace(user);
        (Tenant, User) = (tenant, user);
    }

    /// <summary>The organisation or application.</summary>
    public string Tenant { get; }

    /// <summary>The user within it.</summary>
    public string User { get; }

    /// <summary>The one user of a file of his own: the default.</summary>
    public static MemoryScope Local { get; } = new("local", "user");
}
