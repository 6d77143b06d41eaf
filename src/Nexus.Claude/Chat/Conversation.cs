namespace Nexus.Claude.Chat;

/// <summary>A conversation whose CLI is alive.</summary>
/// <param name="client">The CLI.</param>
/// <param name="launchKey">What it was told at its start.</param>
/// <param name="systemText">What the system prompt was made to say; null for nothing.</param>
/// <param name="model">The model asked for; null for the default.</param>
/// <param name="tools">Its functions.</param>
internal sealed class Conversation(ClaudeClient client, string launchKey, string? systemText, string? model, ChatTools tools) : IAsyncDisposable
{
    /// <summary>The CLI.</summary>
    public ClaudeClient Client => client;

    /// <summary>What the system prompt was made to say; null for nothing.</summary>
    public string? SystemText => systemText;

    /// <summary>Its functions.</summary>
    public ChatTools Tools => tools;

    /// <summary>The model asked for last.</summary>
    public string? Model { get; set; } = model;

    /// <summary>Tells whether a call can be answered by this CLI.</summary>
    /// <param name="request">The call.</param>
    /// <returns>False when the CLI has ended, or would have to be told something that it only takes at its start.</returns>
    public bool Fits(ChatRequest request) =>
        !client.Completion.IsCompleted && request.LaunchKey(request.SystemText ?? systemText) == launchKey;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => client.DisposeAsync();
}
