using System.Text.Json.Nodes;

namespace Nexus.Claude;

/// <summary>
/// The sandbox that the CLI runs commands in (the <c>sandbox</c> object of its settings). A member left null is not sent, so what
/// <see cref="ClaudeOptions.Settings"/> says about it stays. One value that the CLI rejects makes it reject the whole layer.
/// </summary>
public sealed record SandboxOptions
{
    /// <summary>Whether commands run in the sandbox.</summary>
    public bool? Enabled { get; init; }

    /// <summary>
    /// Whether the session refuses to start when the sandbox cannot (missing <c>bubblewrap</c>, unsupported system). The SDK sends true
    /// when <see cref="Enabled"/> is true and neither this nor the settings say otherwise; the CLI alone would run commands unprotected.
    /// </summary>
    public bool? FailIfUnavailable { get; init; }

    /// <summary>Whether a Bash command that will be sandboxed runs without a question.</summary>
    public bool? AutoAllowBashIfSandboxed { get; init; }

    /// <summary>Whether the model may ask to run a command outside the sandbox.</summary>
    public bool? AllowUnsandboxedCommands { get; init; }

    /// <summary>Commands that always run outside.</summary>
    public IReadOnlyList<string>? ExcludedCommands { get; init; }

    /// <summary>Paths whose violations are not reported, by command pattern (<c>*</c> for every command).</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? IgnoreViolations { get; init; }

    /// <summary>Linux: run without a <c>/proc</c> of its own, for unprivileged containers. Weakens the sandbox.</summary>
    public bool? EnableWeakerNestedSandbox { get; init; }

    /// <summary>Linux: allow sandboxed commands to make user namespaces.</summary>
    public bool? AllowNestedUserNamespaces { get; init; }

    /// <summary>macOS: weaker network isolation, for tools that verify certificates through the system.</summary>
    public bool? EnableWeakerNetworkIsolation { get; init; }

    /// <summary>macOS: allow Apple events.</summary>
    public bool? AllowAppleEvents { get; init; }

    /// <summary>The <c>ripgrep</c> to use.</summary>
    public SandboxRipgrep? Ripgrep { get; init; }

    /// <summary>Linux: the path of <c>bwrap</c>.</summary>
    public string? BubblewrapPath { get; init; }

    /// <summary>Linux: the path of <c>socat</c>.</summary>
    public string? SocatPath { get; init; }

    /// <summary>What commands reach on the network.</summary>
    public SandboxNetworkOptions? Network { get; init; }

    /// <summary>What commands reach on disk.</summary>
    public SandboxFilesystemOptions? Filesystem { get; init; }

    /// <summary>Credentials to hide from commands.</summary>
    public SandboxCredentialOptions? Credentials { get; init; }

    /// <summary>Further members of the object, for what this SDK does not know yet. They win over the members above.</summary>
    public JsonObject? AdditionalMembers { get; init; }
}

/// <summary>A <c>ripgrep</c> program for the sandbox.</summary>
/// <param name="Command">The program.</param>
public sealed record SandboxRipgrep(string Command)
{
    /// <summary>Its arguments; null for none.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }
}

/// <summary>What sandboxed commands reach on the network.</summary>
public sealed record SandboxNetworkOptions
{
    /// <summary>Domains that are reached without a question, with wildcards such as <c>*.example.com</c>.</summary>
    public IReadOnlyList<string>? AllowedDomains { get; init; }

    /// <summary>Domains that are never reached.</summary>
    public IReadOnlyList<string>? DeniedDomains { get; init; }

    /// <summary>True denies what is not listed in <see cref="AllowedDomains"/> instead of asking.</summary>
    public bool? StrictAllowlist { get; init; }

    /// <summary>True respects only allow lists of managed settings.</summary>
    public bool? AllowManagedDomainsOnly { get; init; }

    /// <summary>macOS: Unix sockets that may be used.</summary>
    public IReadOnlyList<string>? AllowUnixSockets { get; init; }

    /// <summary>Whether all Unix sockets may be used.</summary>
    public bool? AllowAllUnixSockets { get; init; }

    /// <summary>macOS: whether commands may listen on loopback ports.</summary>
    public bool? AllowLocalBinding { get; init; }

    /// <summary>macOS: Mach services that may be looked up.</summary>
    public IReadOnlyList<string>? AllowMachLookup { get; init; }

    /// <summary>The local port of your own HTTP proxy, 1 to 65535.</summary>
    public int? HttpProxyPort { get; init; }

    /// <summary>The local port of your own SOCKS5 proxy, 1 to 65535.</summary>
    public int? SocksProxyPort { get; init; }

    /// <summary>Ends TLS in the sandbox's proxy so that its filter sees whole requests.</summary>
    public SandboxTlsTermination? TlsTermination { get; init; }
}

/// <summary>The certificate authority of the sandbox's proxy; leave both out and the CLI makes its own.</summary>
public sealed record SandboxTlsTermination
{
    /// <summary>The file of the CA certificate.</summary>
    public string? CaCertificatePath { get; init; }

    /// <summary>The file of the CA key.</summary>
    public string? CaKeyPath { get; init; }
}

/// <summary>What sandboxed commands reach on disk.</summary>
public sealed record SandboxFilesystemOptions
{
    /// <summary>Further paths that may be written.</summary>
    public IReadOnlyList<string>? AllowWrite { get; init; }

    /// <summary>Paths that may not be written.</summary>
    public IReadOnlyList<string>? DenyWrite { get; init; }

    /// <summary>Paths that may not be read.</summary>
    public IReadOnlyList<string>? DenyRead { get; init; }

    /// <summary>Paths inside <see cref="DenyRead"/> that may be read after all.</summary>
    public IReadOnlyList<string>? AllowRead { get; init; }

    /// <summary>True respects only <see cref="AllowRead"/> of managed settings.</summary>
    public bool? AllowManagedReadPathsOnly { get; init; }

    /// <summary>True turns the isolation of the disk off and keeps that of the network.</summary>
    public bool? Disabled { get; init; }
}
