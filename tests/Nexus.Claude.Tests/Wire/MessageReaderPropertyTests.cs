using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Nexus.Claude.Tests.Messages;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
public sealed class MessageReaderPropertyTests
{
    private static readonly string[] Types =
    [
        "assistant", "user", "result", "stream_event", "system", "tool_progress", "tool_use_summary", "auth_status", "rate_limit_event",
        "prompt_suggestion", "conversation_reset", "active_goal", "command_lifecycle", "transcript_mirror", "brand_new", "",
    ];

    private static readonly string[] Names =
    [
        "type", "subtype", "uuid", "session_id", "message", "content", "event", "delta", "usage", "errors", "tools", "index", "text", "new\\u0041",
        "parent_tool_use_id", "duration_ms", "modelUsage", "status", "patch", "source", "value", "",
    ];

    private static readonly byte[][] Lines = [.. Transcripts.Output()
        .Where(line => ClaudeMessage.Parse(line.Line) is not (UnknownMessage or TranscriptMirrorMessage))
        .GroupBy(line => ClaudeMessage.Parse(line.Line).GetType())
        .SelectMany(group => group.OrderBy(line => line.Line.Length).Where((_, i) => i % 5 == 0).Take(12))
        .Select(line => line.Line)];

    private static readonly Gen<string> Scalar = Gen.OneOf<string>(
        Gen.OneOf<string>("null", "true", "false", "0", "-1", "1.5", "1e400", "123456789012345678901234567890", "\"\"", "\"success\"", "[]", "{}"),
        Gen.Int.Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.OneOf<string>(Types).Select(type => $"\"{type}\""),
        Gen.String[0, 12].Select(text => JsonSerializer.Serialize(text)));

    private static readonly Gen<string> Value = Json(4);

    private static readonly Gen<string> Message =
        Gen.Select(Gen.OneOf<string>(Types), Gen.OneOf<string>("init", "status", "success", "task_updated", "brand_new"), Object(3), Gen.Int[0, 3])
            .Select((type, subtype, members, place) =>
            {
                string[] kinds = [$"\"type\":\"{type}\"", $"\"subtype\":\"{subtype}\""];
                var all = members.Length == 2 ? kinds : [.. kinds.Take(place % 3), members[1..^1], .. kinds.Skip(place % 3)];
                return $"{{{string.Join(',', all)}}}";
            });

    [Test]
    public void Any_JSON_object_becomes_a_message_that_keeps_its_bytes_and_can_be_read_and_written() => Message.Sample(
        json => Check(json), iter: 2000);

    [Test]
    public void A_known_message_with_members_of_any_kinds_arrives_as_what_it_is() =>
        Gen.Select(Gen.OneOf<byte[]>(Lines), Gen.Select(Gen.Int[0, 1000], Value).Array[1, 5]).Sample(
            (line, changes) =>
            {
                var root = JsonNode.Parse(line)!.AsObject();
                foreach (var (place, value) in changes)
                    Replace(root, place, value);
                var expected = ClaudeMessage.Parse(line).GetType();
                Assert.That(Check(root.ToJsonString()).GetType(), Is.EqualTo(expected));
            },
            iter: 2000);

    [Test]
    public void The_order_of_members_makes_no_difference() =>
        Gen.Select(Gen.OneOf<byte[]>(Lines), Gen.Int).Sample(
            (line, seed) =>
            {
                var shuffled = Encoding.UTF8.GetBytes(Shuffle(JsonNode.Parse(line), new Random(seed))!.ToJsonString());
                using var expected = JsonDocument.Parse(ClaudeMessage.Parse(line).ToJson());
                using var actual = JsonDocument.Parse(ClaudeMessage.Parse(shuffled).ToJson());
                Assert.That(JsonComparison.Difference(expected.RootElement, actual.RootElement), Is.Null);
            },
            iter: 1000);

    [Test]
    public void A_text_delta_of_any_shape_is_read_alike_by_the_scanner_and_the_general_reader() =>
        Gen.Select(Gen.String[0, 30], Gen.Int[0, 2000000], Gen.Bool, Gen.Int).Sample(
            (text, index, isOrdered, seed) =>
            {
                var node = JsonNode.Parse($$$"""
                    {"type":"stream_event","event":{"type":"content_block_delta","index":{{{index}}},"delta":{"type":"text_delta","text":{{{JsonSerializer.Serialize(text)}}}}},
                    "session_id":"s","parent_tool_use_id":"p","uuid":"u","api_message_id":"m"}
                    """)!;
                var line = Encoding.UTF8.GetBytes((isOrdered ? node : Shuffle(node, new Random(seed))!).ToJsonString());
                var fast = (StreamEventMessage)MessageReader.Read(line);
                var slow = (StreamEventMessage)MessageReader.Read(JsonComparison.With(line, "zzz", "1"));
                Assert.That(slow.TextDelta, Is.EqualTo(fast.TextDelta));
                Assert.That(fast.TextDelta, Is.EqualTo(JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(text))));
                Assert.That(slow.Event, Is.EqualTo(fast.Event));
                Assert.That((slow.Uuid, slow.SessionId, slow.ParentToolUseId, slow.ApiMessageId), Is.EqualTo((fast.Uuid, fast.SessionId, fast.ParentToolUseId, fast.ApiMessageId)));
                Assert.That((fast.Uuid, fast.SessionId, fast.ParentToolUseId, fast.ApiMessageId), Is.EqualTo(("u", "s", "p", "m")));
            },
            iter: 2000);

    [Test]
    public void Any_bytes_are_a_message_or_no_JSON_and_nothing_else() =>
        Gen.Select(Gen.OneOf<byte[]>(Lines), Gen.Select(Gen.Int[0, 100000], Gen.Byte).Array[1, 4]).Sample(
            (line, changes) =>
            {
                var bytes = line.ToArray();
                foreach (var (place, value) in changes)
                    bytes[place % bytes.Length] = value;
                try
                {
                    var message = MessageReader.Read(bytes);
                    Assert.That(message.Raw.Utf8.ToArray(), Is.EqualTo(bytes));
                    _ = ObjectGraph.Walk(message).Count();
                    _ = message.ToJson();
                }
                catch (JsonException)
                {
                    Assert.That(() => { using var document = JsonDocument.Parse(LineRepair.Repair(bytes)); return document.RootElement.EnumerateObject().Count(); }, Throws.Exception);
                }
            },
            iter: 2000);

    private static ClaudeMessage Check(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var message = MessageReader.Read(bytes);
        Assert.That(message.Raw.Utf8.ToArray(), Is.EqualTo(bytes));
        _ = ObjectGraph.Walk(message).Count();
        _ = message.ToString();
        using var written = JsonDocument.Parse(message.ToJson());
        Assert.That(written.RootElement.ValueKind, Is.EqualTo(JsonValueKind.Object));
        return message;
    }

    private static Gen<string> Json(int depth) =>
        depth == 0 ? Scalar : Gen.Frequency<string>((3, Scalar), (1, Json(depth - 1).Array[0, 3].Select(items => $"[{string.Join(',', items)}]")), (2, Object(depth - 1)));

    private static Gen<string> Object(int depth) =>
        Gen.Select(Gen.OneOf<string>(Names), Json(depth)).Array[0, 5]
            .Select(members => $"{{{string.Join(',', members.Select(member => $"\"{member.Item1}\":{member.Item2}"))}}}");

    // Replaces one member somewhere in the object, but never what says of which kind the message is.
    private static void Replace(JsonObject root, int place, string value)
    {
        var all = new List<(JsonObject Parent, string Name)>();
        Collect(root, all);
        var choice = all.Where(member => member.Parent != root || member.Name is not ("type" or "subtype")).ToList();
        if (choice.Count > 0)
        {
            var (parent, name) = choice[place % choice.Count];
            parent[name] = JsonNode.Parse(Unique(value));
        }
    }

    // JsonNode refuses names that come twice; the reader is tested with such elsewhere.
    private static string Unique(string json)
    {
        try
        {
            _ = JsonNode.Parse(json)?.ToJsonString();
            Collect(JsonNode.Parse(json), []);
            return json;
        }
        catch (ArgumentException)
        {
            return "[{\"type\":\"text\",\"text\":{}}]";
        }
    }

    private static void Collect(JsonNode? node, List<(JsonObject Parent, string Name)> all)
    {
        if (node is JsonObject parent)
        {
            foreach (var (name, value) in parent)
            {
                all.Add((parent, name));
                Collect(value, all);
            }
        }
        else if (node is JsonArray array)
        {
            foreach (var item in array)
                Collect(item, all);
        }
    }

    private static JsonNode? Shuffle(JsonNode? node, Random random)
    {
        switch (node)
        {
            case JsonObject source:
                var members = source.ToArray();
                random.Shuffle(members);
                return new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Shuffle(member.Value, random))));
            case JsonArray array:
                return new JsonArray([.. array.Select(item => Shuffle(item, random))]);
            default:
                return node?.DeepClone();
        }
    }
}
