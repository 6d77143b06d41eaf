namespace Nexus.Claude;

/// <summary>Credentials that sandboxed commands must not see.</summary>
public sealed record SandboxCredentialOptions
{
    /// <summary>Files and folders.</summary>
    public IReadOnlyList<SandboxCredentialFile>? Files { get; init; }

    /// <summary>Environment variables.</summary>
    public IReadOnlyList<SandboxCredentialVariable>? EnvironmentVariables { get; init; }

    /// <summary>True lets the proxy put real values into requests without TLS too. Only for trusted test networks.</summary>
    public bool? AllowPlaintextInject { get; init; }

    /// <summary>Masked variables that belong together as AWS credentials, for names other than the usual ones.</summary>
    public IReadOnlyList<SandboxAwsPair>? AwsPairs { get; init; }

    /// <summary>What to do with AWS requests that cannot be signed again.</summary>
    public SandboxSigV4Options? SigV4 { get; init; }
}

/// <summary>What is said alike about a credential in a file and one in a variable.</summary>
public abstract record SandboxCredential
{
    private protected SandboxCredential(SandboxCredentialMode mode) => Mode = mode;

    /// <summary>How commands see it.</summary>
    public SandboxCredentialMode Mode { get; init; }

    /// <summary>Mask only: a regular expression whose first group is the credential; null masks the whole.</summary>
    public string? Extract { get; init; }

    /// <summary>Mask only: what happens when <see cref="Extract"/> finds nothing.</summary>
    public SandboxNoMatchAction? OnExtractNoMatch { get; init; }

    /// <summary>Mask only: the encoding of the credential; the CLI knows <c>jwt</c>.</summary>
    public string? Decode { get; init; }

    /// <summary>With <see cref="Decode"/>: the claims to mask instead of the whole token.</summary>
    public IReadOnlyList<string>? MaskClaims { get; init; }

    /// <summary>Mask only: the hosts that get the real value; null means every allowed domain.</summary>
    public IReadOnlyList<string>? InjectHosts { get; init; }
}

/// <summary>A file or folder with credentials.</summary>
/// <param name="Path">The path; <c>~</c> is expanded.</param>
/// <param name="Mode">How commands see it.</param>
public sealed record SandboxCredentialFile(string Path, SandboxCredentialMode Mode) : SandboxCredential(Mode)
{
    /// <summary>Mask only: whether copies of the value elsewhere in the file are masked too.</summary>
    public bool? MaskDuplicates { get; init; }
}

/// <summary>An environment variable with a credential.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Mode">How commands see it.</param>
public sealed record SandboxCredentialVariable(string Name, SandboxCredentialMode Mode) : SandboxCredential(Mode);

/// <summary>Masked variables that hold one set of AWS credentials.</summary>
/// <param name="AccessKeyIdVariable">The variable of the access key id.</param>
/// <param name="SecretAccessKeyVariable">The variable of the secret access key.</param>
/// <param name="SessionTokenVariable">The variable of the session token; null for none.</param>
public sealed record SandboxAwsPair(string AccessKeyIdVariable, string SecretAccessKeyVariable, string? SessionTokenVariable = null);

/// <summary>What the sandbox's proxy does with AWS requests that it cannot sign again.</summary>
public sealed record SandboxSigV4Options
{
    /// <summary>Uploads in signed chunks.</summary>
    public SandboxRequestPolicy? Streaming { get; init; }

    /// <summary>URLs that carry their signature.</summary>
    public SandboxRequestPolicy? Presigned { get; init; }

    /// <summary>Asymmetric signatures.</summary>
    public SandboxRequestPolicy? SigV4A { get; init; }
}
