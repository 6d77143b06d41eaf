using System.Collections;
using System.Runtime.CompilerServices;

namespace Nexus.Claude;

/// <summary>Which built-in tools exist for the model. It says nothing about permission: see <see cref="ClaudeOptions.AllowedTools"/>.</summary>
/// <example><code>options.Tools = ["Read", "Grep"];      // these two
/// options.Tools = ToolSet.None;            // none at all</code></example>
[CollectionBuilder(typeof(ToolSet), nameof(Create))]
public sealed class ToolSet : IEnumerable<string>
{
    private readonly string[] _names;

    private ToolSet(string[] names, bool isDefault)
    {
        _names = names;
        IsDefault = isDefault;
    }

    /// <summary>All tools that Claude Code has by default (<c>--tools=default</c>).</summary>
    public static ToolSet Default { get; } = new([], isDefault: true);

    /// <summary>No built-in tool. Tools of MCP servers stay.</summary>
    public static ToolSet None { get; } = new([], isDefault: false);

    /// <summary>Exactly the named tools.</summary>
    /// <param name="names">Tool names such as <c>Read</c>; none means the same as <see cref="None"/>.</param>
    /// <returns>The set.</returns>
    public static ToolSet Of(params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return new ToolSet([.. names], isDefault: false);
    }

    /// <summary>Makes the set out of a collection expression.</summary>
    /// <param name="names">The tool names.</param>
    /// <returns>The set.</returns>
    public static ToolSet Create(ReadOnlySpan<string> names) => new(names.ToArray(), isDefault: false);

    /// <summary>True for <see cref="Default"/>.</summary>
    public bool IsDefault { get; }

    /// <summary>The names; empty for <see cref="Default"/> and <see cref="None"/>.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_names).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
