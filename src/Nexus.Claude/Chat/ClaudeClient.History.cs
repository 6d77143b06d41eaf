namespace Nexus.Claude;

/// <content>Earlier messages for a new conversation.</content>
public sealed partial class ClaudeClient
{
    /// <inheritdoc cref="Protocol.Session.AddUserHistoryAsync"/>
    internal Task AddUserHistoryAsync(IReadOnlyList<ContentBlock> content, bool verbatim, CancellationToken cancellationToken) =>
        _session.AddUserHistoryAsync(content, verbatim, cancellationToken);

    /// <inheritdoc cref="Protocol.Session.AddAssistantHistoryAsync"/>
    internal Task AddAssistantHistoryAsync(IReadOnlyList<ContentBlock> content, string? model) =>
        _session.AddAssistantHistoryAsync(content, model);
}
