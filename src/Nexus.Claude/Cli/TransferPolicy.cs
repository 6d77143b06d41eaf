namespace Nexus.Claude.Cli;

/// <summary>How patient a transfer is. There is no limit on the whole: 175 MB over a slow line may take as long as they take.</summary>
internal sealed record TransferPolicy
{
    public static readonly TransferPolicy Default = new();

    /// <summary>For name resolution, TCP and TLS; a host that swallows packets must not hold up the next source.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>For the vendor's response headers, connection included.</summary>
    public TimeSpan VendorResponseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For a registry's response headers: a caching mirror may fetch the whole package before it begins to answer.</summary>
    public TimeSpan RegistryResponseTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For the next bytes of a transfer that has begun.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often in a row, without much received in between, a transfer is taken up again.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>The wait before the first retry; it doubles with each further one, and varies by a half so that machines spread out.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a caller looks whether another process has finished downloading.</summary>
    public TimeSpan LockPollInterval { get; init; } = TimeSpan.FromMilliseconds(200);
}
