using System.Globalization;
using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>
/// What a list of sessions shows of one, gathered entry by entry. Some members keep the first value they see, others the last; so it does
/// not matter when an entry is seen twice.
/// </summary>
internal sealed class SummaryState
{
    private bool _isHead = true;

    public bool? IsSidechain { get; private set; }

    public DateTimeOffset? CreatedAt { get; private set; }

    public string? WorkingDirectory { get; private set; }

    public string? EntryPoint { get; private set; }

    public string? FirstPrompt { get; private set; }

    /// <summary>A slash command that came before any prompt; it stands in when there is none.</summary>
    public string? FirstCommand { get; private set; }

    public string? CustomTitle { get; private set; }

    public string? AiTitle { get; private set; }

    public string? LastPrompt { get; private set; }

    public string? SummaryHint { get; private set; }

    public string? GitBranch { get; private set; }

    public string? Tag { get; private set; }

    /// <summary>The line for a list; null for a session in which nothing was said.</summary>
    public string? Title => CustomTitle ?? AiTitle ?? LastPrompt ?? SummaryHint ?? FirstPrompt ?? FirstCommand;

    /// <summary>Notes that a gap follows, so that nothing after it is the first of its kind.</summary>
    public void EndHead() => _isHead = false;

    /// <summary>Takes in an entry.</summary>
    /// <param name="entry">The entry.</param>
    public void Observe(JsonElement entry)
    {
        switch (TranscriptEntry.Text(entry, "type"))
        {
            case "custom-title":
                CustomTitle = Filled(entry, "customTitle") ?? CustomTitle;
                break;
            case "ai-title":
                AiTitle = Filled(entry, "aiTitle") ?? AiTitle;
                break;
            case "last-prompt":
                LastPrompt = Filled(entry, "lastPrompt") is { } prompt ? PromptText.Shorten(prompt) : LastPrompt;
                break;
            case "summary":
                SummaryHint = Filled(entry, "summary") ?? SummaryHint;
                break;
            case "tag":
                Tag = TranscriptEntry.Text(entry, "tag") is { } tag ? tag.Length == 0 ? null : tag : Tag;
                break;
        }

        GitBranch = Filled(entry, "gitBranch") ?? GitBranch;
        if (_isHead)
            ObserveHead(entry);
    }

    /// <summary>The session as a list shows it.</summary>
    /// <param name="sessionId">Its id.</param>
    /// <param name="lastModified">When it was written to last.</param>
    /// <param name="fileSize">The size of its file; null for one that has none.</param>
    /// <returns>The information; null for what is no session of its own, or in which nothing was said.</returns>
    public SessionInfo? ToInfo(string sessionId, DateTimeOffset lastModified, long? fileSize = null) =>
        IsSidechain == true || Title is not { } title
            ? null
            : new SessionInfo
            {
                SessionId = sessionId,
                Summary = title,
                LastModified = lastModified,
                FileSize = fileSize,
                CustomTitle = CustomTitle,
                FirstPrompt = FirstPrompt ?? FirstCommand,
                GitBranch = GitBranch,
                WorkingDirectory = WorkingDirectory,
                Tag = Tag,
                CreatedAt = CreatedAt,
            };

    /// <summary>Takes up the state that <see cref="Write"/> wrote; what is not understood is left out.</summary>
    public static SummaryState Read(JsonElement data) => new()
    {
        IsSidechain = TranscriptEntry.Member(data, "isSidechain").ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        },
        CreatedAt = IsoTimestamp.Read(TranscriptEntry.Text(data, "createdAt")),
        WorkingDirectory = TranscriptEntry.Text(data, "cwd"),
        EntryPoint = TranscriptEntry.Text(data, "entrypoint"),
        FirstPrompt = TranscriptEntry.Text(data, "firstPrompt"),
        FirstCommand = TranscriptEntry.Text(data, "firstCommand"),
        CustomTitle = TranscriptEntry.Text(data, "customTitle"),
        AiTitle = TranscriptEntry.Text(data, "aiTitle"),
        LastPrompt = TranscriptEntry.Text(data, "lastPrompt"),
        SummaryHint = TranscriptEntry.Text(data, "summaryHint"),
        GitBranch = TranscriptEntry.Text(data, "gitBranch"),
        Tag = TranscriptEntry.Text(data, "tag"),
    };

    /// <summary>The state as a JSON object.</summary>
    public JsonElement Write() => TranscriptLine.Create(json =>
    {
        if (IsSidechain is { } isSidechain)
            json.WriteBoolean("isSidechain"u8, isSidechain);
        Text("createdAt", CreatedAt?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        Text("cwd", WorkingDirectory);
        Text("entrypoint", EntryPoint);
        Text("firstPrompt", FirstPrompt);
        Text("firstCommand", FirstCommand);
        Text("customTitle", CustomTitle);
        Text("aiTitle", AiTitle);
        Text("lastPrompt", LastPrompt);
        Text("summaryHint", SummaryHint);
        Text("gitBranch", GitBranch);
        Text("tag", Tag);

        void Text(string name, string? value)
        {
            if (value is not null)
                json.WriteString(name, value);
        }
    });

    private void ObserveHead(JsonElement entry)
    {
        IsSidechain ??= TranscriptEntry.Member(entry, "isSidechain").ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };
        CreatedAt ??= IsoTimestamp.Read(TranscriptEntry.Text(entry, "timestamp"));
        WorkingDirectory ??= Filled(entry, "cwd");
        EntryPoint ??= Filled(entry, "entrypoint");
        if (FirstPrompt is not null || !PromptText.TryRead(entry, out var prompt, out var isCommand))
            return;
        if (isCommand)
            FirstCommand ??= prompt;
        else
            FirstPrompt = prompt;
    }

    private static string? Filled(JsonElement entry, string name) => TranscriptEntry.Text(entry, name) is { Length: > 0 } text ? text : null;
}
