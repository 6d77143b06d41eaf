using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>Why the CLI could not start its work.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<StartupFailureReason>))]
public readonly record struct StartupFailureReason(string Value) : IOpenString<StartupFailureReason>
{
    /// <summary>An API key is set although the organisation is pinned.</summary>
    public static StartupFailureReason OrgPinApiKeyConflict { get; } = new("org_pin_api_key_conflict");

    /// <summary>The organisation does not allow the provider.</summary>
    public static StartupFailureReason ProviderNotAllowed { get; } = new("provider_not_allowed");

    /// <summary>The organisation could not be verified.</summary>
    public static StartupFailureReason OrgVerifyFailed { get; } = new("org_verify_failed");

    /// <summary>The credential belongs to another organisation.</summary>
    public static StartupFailureReason OrgPinMismatch { get; } = new("org_pin_mismatch");

    /// <summary>The managed settings are not valid.</summary>
    public static StartupFailureReason ManagedSettingsInvalid { get; } = new("managed_settings_invalid");

    /// <summary>The remote settings are required and could not be fetched.</summary>
    public static StartupFailureReason RemoteSettingsRequiredUnavailable { get; } = new("remote_settings_required_unavailable");

    /// <summary>The gateway wants a login.</summary>
    public static StartupFailureReason GatewaySigninRequired { get; } = new("gateway_signin_required");

    /// <summary>The gateway refused.</summary>
    public static StartupFailureReason GatewayAccessDenied { get; } = new("gateway_access_denied");

    /// <summary>The proxy setting is not valid.</summary>
    public static StartupFailureReason ProxyInvalid { get; } = new("proxy_invalid");

    /// <summary>The temporary folder cannot be used.</summary>
    public static StartupFailureReason TempDirUnusable { get; } = new("temp_dir_unusable");

    /// <summary>The working folder cannot be used.</summary>
    public static StartupFailureReason CwdUnavailable { get; } = new("cwd_unavailable");

    /// <summary>No shell was found.</summary>
    public static StartupFailureReason ShellToolMissing { get; } = new("shell_tool_missing");

    /// <summary>A background process holds the session.</summary>
    public static StartupFailureReason SessionHeldByBackground { get; } = new("session_held_by_background");

    /// <summary>The session's worktree was refused.</summary>
    public static StartupFailureReason WorktreeResumeRefused { get; } = new("worktree_resume_refused");

    /// <summary>The session's worktree could not be verified.</summary>
    public static StartupFailureReason WorktreeUnverified { get; } = new("worktree_unverified");

    /// <summary>The CLI is too old.</summary>
    public static StartupFailureReason CliVersionTooOld { get; } = new("cli_version_too_old");

    /// <summary>Permissions may not be bypassed as root.</summary>
    public static StartupFailureReason BypassRoot { get; } = new("bypass_root");

    /// <summary>The organisation's configuration is required and could not be fetched.</summary>
    public static StartupFailureReason OrgConfigRequiredUnavailable { get; } = new("org_config_required_unavailable");

    /// <summary>The organisation's configuration refused.</summary>
    public static StartupFailureReason OrgConfigRefused { get; } = new("org_config_refused");

    /// <summary>A sandbox is required and there is none.</summary>
    public static StartupFailureReason SandboxRequiredUnavailable { get; } = new("sandbox_required_unavailable");

    /// <summary>Something was sent before the initialize request.</summary>
    public static StartupFailureReason InitializeNotFirst { get; } = new("initialize_not_first");

    /// <summary>A configuration file could not be read.</summary>
    public static StartupFailureReason ConfigFileInvalid { get; } = new("config_file_invalid");

    /// <summary>The managed settings did not arrive.</summary>
    public static StartupFailureReason ManagedSettingsNotDelivered { get; } = new("managed_settings_not_delivered");

    /// <summary>Settings promised for the initialize request did not arrive.</summary>
    public static StartupFailureReason InitializeFieldsNotDelivered { get; } = new("initialize_fields_not_delivered");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static StartupFailureReason Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
