using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The kind of an API failure.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<AssistantError>))]
public readonly record struct AssistantError(string Value) : IOpenString<AssistantError>
{
    /// <summary>The credential was refused.</summary>
    public static AssistantError AuthenticationFailed { get; } = new("authentication_failed");

    /// <summary>The login's organisation is not allowed.</summary>
    public static AssistantError OauthOrgNotAllowed { get; } = new("oauth_org_not_allowed");

    /// <summary>The account is on hold.</summary>
    public static AssistantError AccountOnHold { get; } = new("account_on_hold");

    /// <summary>The account must be verified first.</summary>
    public static AssistantError VerificationRequired { get; } = new("verification_required");

    /// <summary>No credit, or a payment problem.</summary>
    public static AssistantError BillingError { get; } = new("billing_error");

    /// <summary>Too many requests.</summary>
    public static AssistantError RateLimit { get; } = new("rate_limit");

    /// <summary>The API is overloaded.</summary>
    public static AssistantError Overloaded { get; } = new("overloaded");

    /// <summary>The API refused the request; also a prompt that is too long.</summary>
    public static AssistantError InvalidRequest { get; } = new("invalid_request");

    /// <summary>The model does not exist or is not open to the account.</summary>
    public static AssistantError ModelNotFound { get; } = new("model_not_found");

    /// <summary>The API failed, or could not be reached.</summary>
    public static AssistantError ServerError { get; } = new("server_error");

    /// <summary>Any other failure.</summary>
    public static AssistantError Unknown { get; } = new("unknown");

    /// <summary>The answer reached its limit, also after continuing.</summary>
    public static AssistantError MaxOutputTokens { get; } = new("max_output_tokens");

    /// <summary>The cloud provider's credential is missing or was refused.</summary>
    public static AssistantError CloudCredentialError { get; } = new("cloud_credential_error");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static AssistantError Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
