using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Sessions;

/// <summary>One entry of a transcript. The set of entries is open: what is not asked for here is left as it is.</summary>
/// <param name="json">The entry, a JSON object.</param>
internal sealed class TranscriptEntry(JsonElement json)
{
    private static readonly JsonDocumentOptions DeepJson = new() { MaxDepth = 512 };

    /// <summary>The entry as it was stored.</summary>
    public JsonElement Json { get; } = json;

    public string Type { get; } = Text(json, "type") ?? "";

    /// <summary>Its id; null for entries that stand outside of the conversation.</summary>
    public string? Uuid { get; } = Text(json, "uuid");

    /// <summary>The entry it follows.</summary>
    public string? ParentUuid { get; } = Text(json, "parentUuid");

    /// <summary>Its place in the transcript; set by whoever reads the whole of it.</summary>
    public int Index { get; set; }

    public bool IsSidechain => IsTrue("isSidechain");

    public bool IsMeta => IsTrue("isMeta");

    public bool IsCompactSummary => IsTrue("isCompactSummary");

    public bool IsCompactBoundary => Type == "system" && Text(Json, "subtype") == "compact_boundary";

    /// <summary>True for a message of the conversation, as opposed to an attachment or a notice.</summary>
    public bool IsMessage => Type is "user" or "assistant";

    /// <summary>True for what is linked into the conversation by <see cref="ParentUuid"/>.</summary>
    public bool IsLinked => Uuid is not null && Type is "user" or "assistant" or "system" or "attachment" or "progress";

    /// <summary>The id of the API message that an assistant's entry is a block of.</summary>
    public string? MessageId => Text(Member(Json, "message"), "id");

    /// <summary>The ids of the tool uses that a user's entry answers.</summary>
    public IEnumerable<string> ToolResultIds
    {
        get
        {
            if (Type != "user" || Member(Member(Json, "message"), "content") is not { ValueKind: JsonValueKind.Array } content)
                yield break;
            foreach (var block in content.EnumerateArray())
            {
                if (Text(block, "type") == "tool_result" && Text(block, "tool_use_id") is { } id)
                    yield return id;
            }
        }
    }

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>False for a damaged line.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> line, [NotNullWhen(true)] out TranscriptEntry? entry)
    {
        entry = null;
        try
        {
            var json = JsonElement.Parse(LineRepair.Repair(line).Span, DeepJson);
            if (json.ValueKind == JsonValueKind.Object)
                entry = new TranscriptEntry(json);
        }
        catch (JsonException)
        {
            // A line that was cut off by a crash or a full disk; what surrounds it is whole.
        }

        return entry is not null;
    }

    /// <summary>The bytes as they were stored.</summary>
    /// <returns>The bytes.</returns>
    public RawJson ToRaw() => new(JsonMarshal.GetRawUtf8Value(Json).ToArray());

    public bool IsTrue(string name) => Member(Json, name).ValueKind == JsonValueKind.True;

    /// <summary>A member of an object.</summary>
    /// <returns>The member; undefined when there is none.</returns>
    public static JsonElement Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;

    /// <summary>A text in an object.</summary>
    /// <returns>The text; null when there is none.</returns>
    public static string? Text(JsonElement value, string name) =>
        Member(value, name) is { ValueKind: JsonValueKind.String } text ? ValueOf(text) : null;

    /// <summary>The text of a JSON string.</summary>
    /// <returns>The text; null when it is no Unicode.</returns>
    public static string? ValueOf(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, from a store that kept what JavaScript had cut in two.
            return null;
        }
    }
}
