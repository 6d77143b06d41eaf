using System.Text.Json;

namespace Nexus.Claude;

/// <summary>The CLI wants a dialog to be shown.</summary>
/// <param name="Kind">What kind, one of <see cref="ClaudeOptions.SupportedDialogKinds"/>.</param>
/// <param name="Payload">What the dialog is about; its members depend on the kind.</param>
public sealed record UserDialogRequest(string Kind, JsonElement Payload)
{
    /// <summary>The tool call that the dialog belongs to; null for none.</summary>
    public string? ToolUseId { get; init; }
}

/// <summary>How a dialog ended.</summary>
public sealed record UserDialogResponse
{
    private UserDialogResponse(JsonElement? result) => Result = result;

    /// <summary>The user closed it without a choice; the CLI does what it does by default.</summary>
    public static UserDialogResponse Cancelled { get; } = new(result: null);

    internal JsonElement? Result { get; }

    /// <summary>The user made a choice.</summary>
    /// <param name="result">The choice; its form depends on the kind of dialog.</param>
    /// <returns>The response.</returns>
    public static UserDialogResponse Completed(JsonElement result) => new(result);
}
