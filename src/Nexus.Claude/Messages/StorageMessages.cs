using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>Files of the session were stored.</summary>
public sealed record FilesPersistedMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "files_persisted";

    /// <summary>The files that were stored.</summary>
    [JsonPropertyName("files")]
    public IReadOnlyList<PersistedFile> Files { get; init => field = value ?? []; } = [];

    /// <summary>The files that could not be stored.</summary>
    [JsonPropertyName("failed")]
    public IReadOnlyList<FailedFile> Failed { get; init => field = value ?? []; } = [];

    /// <summary>When.</summary>
    [JsonIgnore]
    public DateTimeOffset? ProcessedAt
    {
        get => IsoTimestamp.Read(WireProcessedAt);
        init => WireProcessedAt = IsoTimestamp.Write(value);
    }

    [JsonInclude]
    [JsonPropertyName("processed_at")]
    internal string? WireProcessedAt { get; init; }
}

/// <summary>A file that was stored.</summary>
public sealed record PersistedFile : OpenRecord
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("filename")]
    public string FileName { get; init => field = value ?? ""; } = "";

    /// <summary>Its id in the store.</summary>
    [JsonPropertyName("file_id")]
    public string FileId { get; init => field = value ?? ""; } = "";
}

/// <summary>A file that could not be stored.</summary>
public sealed record FailedFile : OpenRecord
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("filename")]
    public string FileName { get; init => field = value ?? ""; } = "";

    /// <summary>Why.</summary>
    [JsonPropertyName("error")]
    public string Error { get; init => field = value ?? ""; } = "";
}

/// <summary>Memories were brought into the turn.</summary>
public sealed record MemoryRecallMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "memory_recall";

    /// <summary><c>select</c> or <c>synthesize</c>.</summary>
    [JsonPropertyName("mode")]
    public string Mode { get; init => field = value ?? ""; } = "";

    /// <summary>The memories.</summary>
    [JsonPropertyName("memories")]
    public IReadOnlyList<RecalledMemory> Memories { get; init => field = value ?? []; } = [];
}

/// <summary>A memory that was brought into the turn.</summary>
public sealed record RecalledMemory : OpenRecord
{
    /// <summary>Its file.</summary>
    [JsonPropertyName("path")]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary><c>personal</c>, <c>team</c> or <c>organization</c>.</summary>
    [JsonPropertyName("scope")]
    public string Scope { get; init => field = value ?? ""; } = "";

    /// <summary>Its text; null when only selected.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; init; }
}

/// <summary>The CLI could not save the session because the disk is full. It comes once, at exit.</summary>
public sealed record SessionWritesLostMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "session_writes_lost";

    /// <summary><c>ENOSPC</c> (disk full) or <c>EDQUOT</c> (quota).</summary>
    [JsonPropertyName("error_code")]
    public string ErrorCode { get; init => field = value ?? ""; } = "";

    /// <summary>What was lost: <c>transcript</c>, <c>global_config</c>.</summary>
    [JsonPropertyName("lost")]
    public IReadOnlyList<string> Lost { get; init => field = value ?? []; } = [];

    /// <summary>The sessions whose transcript is incomplete.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> TranscriptSessionIds
    {
        get => WireTranscriptSessionIds ?? [];
        init => WireTranscriptSessionIds = value;
    }

    [JsonInclude]
    [JsonPropertyName("transcript_session_ids")]
    internal IReadOnlyList<string>? WireTranscriptSessionIds { get; init; }
}

/// <summary>A copy of the transcript could not be stored by the session store. The SDK writes it, never the CLI.</summary>
public sealed record MirrorErrorMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "mirror_error";

    /// <summary>What went wrong.</summary>
    [JsonPropertyName("error")]
    public string Error { get; init => field = value ?? ""; } = "";

    /// <summary>The transcript concerned.</summary>
    [JsonPropertyName("key")]
    public SessionKey Key { get; init => field = value ?? new(); } = new();
}

/// <summary>Names one transcript in a session store.</summary>
public sealed record SessionKey : OpenRecord
{
    /// <summary>The project, derived from the working folder.</summary>
    [JsonPropertyName("projectKey")]
    public string ProjectKey { get; init => field = value ?? ""; } = "";

    /// <summary>The session.</summary>
    [JsonPropertyName("sessionId")]
    public string SessionId { get; init => field = value ?? ""; } = "";

    /// <summary>The transcript of a subagent inside the session; null for the main one.</summary>
    [JsonPropertyName("subpath")]
    public string? Subpath { get; init; }
}

/// <summary>Entries that the CLI has added to its transcript file; the SDK hands them to the session store.</summary>
public sealed record TranscriptMirrorMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "transcript_mirror";

    /// <summary>The transcript file.</summary>
    [JsonPropertyName("filePath")]
    public string FilePath { get; init => field = value ?? ""; } = "";

    /// <summary>The new entries, a JSON array in the transcript's own format.</summary>
    [JsonPropertyName("entries")]
    public JsonElement Entries { get => EmptyJson.ObjectIfUndefined(field); init; }
}
