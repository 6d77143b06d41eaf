using System.Text.Json;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Sessions;

/// <summary>Reads entries of a transcript as the messages that the stream brings: the same things under partly other names.</summary>
internal static class SessionEntryReader
{
    /// <summary>Reads an entry.</summary>
    /// <param name="entry">A message of the conversation, or a notice of the CLI.</param>
    /// <param name="agent">The sub-agent whose transcript it is from; null for the session's own.</param>
    /// <returns>The message.</returns>
    public static SessionEntry Read(TranscriptEntry entry, SubagentInfo? agent)
    {
        var raw = entry.ToRaw();
        var message = MessageReader.Read(TranscriptLine.Write([ToWire(entry, agent)])[..^1]);
        message.Raw = raw;
        return new SessionEntry
        {
            Uuid = entry.Uuid!,
            SessionId = message.SessionId ?? "",
            Message = message,
            Timestamp = IsoTimestamp.Read(TranscriptEntry.Text(entry.Json, "timestamp")),
            ParentUuid = entry.ParentUuid,
            ParentToolUseId = agent?.ParentToolUseId,
            ParentAgentId = agent?.ParentAgentId,
            IsCompactSummary = entry.IsCompactSummary,
            Raw = raw,
        };
    }

    private static JsonElement ToWire(TranscriptEntry entry, SubagentInfo? agent) => TranscriptLine.Create(json =>
    {
        json.WriteString("type"u8, entry.Type);
        Copy("uuid", "uuid");
        Copy("sessionId", "session_id");
        Copy("timestamp", "timestamp");
        if (entry.Type == "system")
        {
            Copy("subtype", "subtype");
            Copy("content", "content");
            Copy("level", "level");
            Copy("compactMetadata", "compact_metadata", inSnakeCase: true);
            return;
        }

        Copy("message", "message");
        json.WriteString("parent_tool_use_id"u8, agent?.ParentToolUseId);
        Copy("toolUseResult", "tool_use_result");
        Copy("requestId", "request_id");
        Copy("error", "error");
        if (agent is not null)
        {
            json.WriteString("agent_id"u8, agent.AgentId);
            if (agent.AgentType is { } type)
                json.WriteString("subagent_type"u8, type);
        }

        void Copy(string from, string to, bool inSnakeCase = false)
        {
            var value = TranscriptEntry.Member(entry.Json, from);
            if (value.ValueKind == JsonValueKind.Undefined)
                return;
            json.WritePropertyName(to);
            if (inSnakeCase)
                WriteInSnakeCase(json, value);
            else
                value.WriteTo(json);
        }
    });

    private static void WriteInSnakeCase(Utf8JsonWriter json, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            value.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        foreach (var member in value.EnumerateObject())
        {
            json.WritePropertyName(JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name));
            WriteInSnakeCase(json, member.Value);
        }

        json.WriteEndObject();
    }
}
