namespace Nexus.Claude.Server.Operations;

/// <summary>Something the server needs before it can answer. <c>/health/ready</c> and <c>nexus-claude doctor</c> ask all of them.</summary>
internal interface IReadinessCheck
{
    /// <summary>What is checked, in a word, such as <c>cli</c> or <c>redis</c>.</summary>
    string Name { get; }

    /// <summary>Looks.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was seen; null when there is nothing to look at, because it is not configured.</returns>
    ValueTask<Readiness?> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>What a check has seen.</summary>
/// <param name="IsReady">Whether it can be used.</param>
/// <param name="Detail">What was seen, in a sentence without paths, addresses and credentials.</param>
/// <param name="Fix">What to do about it; null when it is ready.</param>
internal sealed record Readiness(bool IsReady, string Detail, string? Fix = null)
{
    /// <summary>It can be used.</summary>
    /// <param name="detail">What was seen.</param>
    /// <returns>The result.</returns>
    public static Readiness Ready(string detail) => new(true, detail);

    /// <summary>It cannot be used.</summary>
    /// <param name="detail">What was seen.</param>
    /// <param name="fix">What to do about it.</param>
    /// <returns>The result.</returns>
    public static Readiness Trouble(string detail, string fix) => new(false, detail, fix);
}
