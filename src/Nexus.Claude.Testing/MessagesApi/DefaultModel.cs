using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nexus.Claude.Testing;

/// <summary>What the scripted model says when nothing was scripted: always the same answer to the same question.</summary>
internal static class DefaultModel
{
    private const int LongestEcho = 400;

    public static ScriptedReply Answer(RecordedRequest request) => request.Kind switch
    {
        RequestKind.SessionTitle => ScriptedReply.Text("{\"title\": \"Scripted session\"}"),
        RequestKind.Compaction => ScriptedReply.Text("<summary>A conversation with the scripted model.</summary>"),
        RequestKind.Auxiliary => ScriptedReply.Text("ok"),
        _ when CallForStructuredOutput(request) is { } call => call,
        _ => ScriptedReply.Text(Say(request.LastUserText)),
    };

    private static string Say(string prompt)
    {
        string asked = prompt.ReplaceLineEndings(" ").Trim();
        if (asked.Length > LongestEcho)
        {
            int end = char.IsHighSurrogate(asked[LongestEcho - 1]) ? LongestEcho - 1 : LongestEcho;
            asked = asked[..end] + "…";
        }

        return asked.Length == 0
            ? "Hello! I am the scripted model: I run on this machine, without an account. You sent no text, so I have nothing to answer."
            : $"Hello! I am the scripted model: I run on this machine, without an account, and give everybody the same answer. "
                + $"You asked: \"{asked}\". A real model would take it from here; the way your question came and this answer went is the real one.";
    }

    // Only a request for typed output offers this tool; an empty object is refused by most schemas, so fill what the schema requires.
    private static ScriptedReply? CallForStructuredOutput(RecordedRequest request)
    {
        foreach (var tool in RecordedRequest.Items(request.Body, "tools"))
        {
            if (RecordedRequest.Text(tool, "name") == "StructuredOutput" && request.ToolResults.Count == 0)
            {
                byte[] input = ApiJson.Object(w => WriteMembers(w, RecordedRequest.Member(tool, "input_schema"), depth: 0));
                return ScriptedReply.ToolUse("StructuredOutput", System.Text.Encoding.UTF8.GetString(input));
            }
        }

        return null;
    }

    private static void WriteMembers(Utf8JsonWriter w, JsonElement schema, int depth)
    {
        var properties = RecordedRequest.Member(schema, "properties");
        foreach (var name in RecordedRequest.Items(schema, "required"))
        {
            if (name.ValueKind is not JsonValueKind.String)
                continue;
            w.WritePropertyName(JsonEncodedText.Encode(name.GetString()!, JavaScriptEncoder.UnsafeRelaxedJsonEscaping));
            WriteValue(w, RecordedRequest.Member(properties, name.GetString()!), depth + 1);
        }
    }

    private static void WriteValue(Utf8JsonWriter w, JsonElement schema, int depth)
    {
        var choices = RecordedRequest.Items(schema, "enum");
        if (choices.Count > 0)
        {
            choices[0].WriteTo(w);
            return;
        }

        string? type = RecordedRequest.Text(schema, "type")
            ?? RecordedRequest.Items(schema, "type").Select(t => t.GetString()).FirstOrDefault(t => t != "null");
        switch (type)
        {
            case "integer" or "number":
                w.WriteNumberValue(RecordedRequest.Member(schema, "minimum") is { ValueKind: JsonValueKind.Number } least ? least.GetDouble() : 0);
                break;
            case "boolean":
                w.WriteBooleanValue(false);
                break;
            case "array":
                w.WriteStartArray();
                w.WriteEndArray();
                break;
            case "object" when depth < 32:
                w.WriteStartObject();
                WriteMembers(w, schema, depth);
                w.WriteEndObject();
                break;
            case "null":
                w.WriteNullValue();
                break;
            default:
                w.WriteStringValue("scripted");
                break;
        }
    }
}
