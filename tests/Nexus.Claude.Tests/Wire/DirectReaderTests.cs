using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Nexus.Claude.Tests.Messages;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
public sealed class DirectReaderTests
{
    private static readonly byte[][] Lines = [.. Transcripts.Output().Select(line => line.Line).Where(HasDirectReader)];

    private static readonly byte[][] Samples = [.. Lines
        .GroupBy(line => ClaudeMessage.Parse(line).GetType())
        .SelectMany(group => group.OrderBy(line => line.Length).Where((_, i) => i % 3 == 0).Take(40))];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "7", "-1", "1.5", "1e400", "2147483648", "123456789012345678901234567890", "\"\"", "\"5\"", "\"true\"",
        "\"success\"", "\"2026-01-02T03:04:05.678Z\"", "\"\\u0041\\n\\ud83d\\ude00\"", "[]", "{}", "[null]", "[\"a\",1,null,true]", "[{}]", "[[]]",
        "{\"type\":\"text\"}", "[{\"type\":\"text\",\"text\":\"a\",\"more\":{\"b\":[1]}}]", "[{\"text\":\"a\",\"type\":\"text\"},5]",
        "[{\"type\":\"text\",\"text\":[]}]", "[{\"type\":\"new\"}]", "[{\"id\":\"a\",\"name\":\"b\",\"zzz\":null}]", "{\"a\":1,\"b\":null}",
        "{\"input_tokens\":\"12\",\"output_tokens\":null,\"server_tool_use\":null,\"new\":[]}", "{\"m\":{\"inputTokens\":1.9,\"costUSD\":1e-7,\"new\":1},\"n\":null}",
        "{\"type\":\"ping\"}", "{\"type\":\"message_stop\",\"new\":1}", "{\"type\":\"content_block_start\",\"content_block\":null}",
        "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":5,\"estimated_tokens\":\"7\"}}",
        "{\"type\":\"content_block_delta\",\"index\":null,\"delta\":{\"type\":\"signature_delta\",\"new\":5}}",
        "{\"kind\":\"peer\",\"new\":1}", "[{\"tool_name\":\"a\",\"tool_input\":null}]", "[{\"tool_name\":\"a\",\"tool_use_id\":\"b\"}]",
        "{\"decision\":\"a\"}", "{\"spawned\":null,\"by_type\":{\"a\":null,\"b\":\"3\"},\"killed\":null}",
    ];

    private static readonly Gen<string> Name = Gen.OneOf<string>(
        "new", "type", "subtype", "uuid", "session_id", "$id", "$type", "", "AdditionalProperties", "e\\u0301", "\\ud83d\\ude00", "message", "content",
        "text", "usage", "is_error", "input", "name", "id");

    [Test]
    public void The_usual_messages_of_every_transcript_are_read_directly_and_as_by_their_contracts()
    {
        foreach (var line in Lines)
        {
            Assert.That(ReadDirectly(line), Is.Not.Null, () => Encoding.UTF8.GetString(line));
            Compare(line);
        }

        Assert.That(Lines, Has.Length.GreaterThan(700));
        Assert.That(Samples.Select(line => ClaudeMessage.Parse(line).GetType()).Distinct().Count(), Is.EqualTo(8));
    }

    [Test]
    public void Members_of_any_kind_removed_or_added_anywhere_are_read_as_by_the_contracts() =>
        Gen.Select(Gen.OneOf<byte[]>(Samples), Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 3], Name, Gen.OneOf<string>(Values)).Array[1, 4], Gen.Int).Sample(
            (line, changes, seed) =>
            {
                var root = JsonNode.Parse(line)!.AsObject();
                foreach (var (place, change, name, value) in changes)
                    Change(root, place, change, JsonSerializer.Deserialize<string>($"\"{name}\"")!, value);
                var changed = seed % 2 == 0 ? root : Shuffle(root, new Random(seed))!;
                Compare(Encoding.UTF8.GetBytes(changed.ToJsonString()));
            },
            iter: 6000);

    [Test]
    public void A_member_that_comes_twice_or_is_spelled_with_escapes_is_read_as_by_the_contract() =>
        Gen.Select(Gen.OneOf<byte[]>(Samples), Gen.Int[0, 1000], Gen.Bool, Gen.OneOf<string>(Values)).Sample(
            (line, place, isEscaped, value) =>
            {
                var members = JsonNode.Parse(line)!.AsObject();
                var name = members.ElementAt(place % members.Count).Key;
                var spelled = isEscaped ? $"\\u{(int)name[0]:x4}{name[1..]}" : name;
                Compare(Encoding.UTF8.GetBytes($"{{\"{spelled}\":{value},\"zzz\":1,{Encoding.UTF8.GetString(line).Trim()[1..]}"));
                Compare(Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetString(line).Trim()[..^1]},\"zzz\":1,\"{spelled}\":{value},\"zzz\":2}}"));
            },
            iter: 4000);

    [Test]
    public void Any_bytes_are_read_as_by_the_contracts_or_refused_as_by_them() =>
        Gen.Select(Gen.OneOf<byte[]>(Samples), Gen.Select(Gen.Int[0, 100000], Gen.Byte).Array[1, 4]).Sample(
            (line, changes) =>
            {
                var bytes = line.ToArray();
                foreach (var (place, value) in changes)
                    bytes[place % bytes.Length] = value;
                Compare(bytes);
            },
            iter: 4000);

    [TestCase("""{"type":"system","subtype":"status","status":"requesting"} x""")]
    [TestCase("""{"type":"system","subtype":"status","status":{}}""")]
    [TestCase("""{"type":"result","usage":[]}""")]
    [TestCase("""{"type":"assistant","message":"text"}""")]
    [TestCase("""{"type":"assistant","message":{"content":[{"type":"text","text":{}}]}}""")]
    [TestCase("""{"type":"user","message":{"content":{"type":"text","text":"a"}}}""")]
    [TestCase("""{"type":"stream_event","event":{"type":"message_delta","delta":5}}""")]
    [TestCase("""{"type":"command_lifecycle","state":["a"]}""")]
    [TestCase("""{"type":"command_lifecycle","state":"a\""")]
    [TestCase("null")]
    [TestCase("")]
    public void What_is_not_of_the_usual_form_is_left_to_the_contracts(string json)
    {
        var line = Encoding.UTF8.GetBytes(json);
        Assert.That(ReadDirectly(line), Is.Null);
        Compare(line);
    }

    [Test]
    public void A_line_that_is_nested_as_deep_as_the_contracts_allow_is_read_alike([Range(250, 258)] int depth)
    {
        var nested = new string('[', depth) + new string(']', depth);
        Compare(Encoding.UTF8.GetBytes($"{{\"type\":\"result\",\"structured_output\":{nested}}}"));
        Compare(Encoding.UTF8.GetBytes($"{{\"type\":\"result\",\"deferred_tool_use\":{{\"input\":{nested}}}}}"));
        Compare(Encoding.UTF8.GetBytes($"{{\"type\":\"assistant\",\"message\":{{\"content\":[{{\"type\":\"tool_use\",\"input\":{nested}}}]}}}}"));
        Compare(Encoding.UTF8.GetBytes($"{{\"type\":\"assistant\",\"message\":{{\"content\":[{{\"type\":\"server_tool_use\",\"input\":{nested}}}]}}}}"));
    }

    private static bool HasDirectReader(byte[] line) => ClaudeMessage.Parse(line)
        is AssistantMessage or UserMessage or StreamEventMessage or ResultMessage or InitMessage or StatusMessage or SessionStateChangedMessage or CommandLifecycleMessage;

    private static ClaudeMessage? ReadDirectly(byte[] line)
    {
        if (!FrameScanner.TryScan(line, out var type, out var subtype))
            return null;
        return DirectReader.TryRead(LineRepair.Repair(line).Span, type, subtype);
    }

    // What the reader gives, directly or not, must be what the contracts give, in every member.
    private static void Compare(byte[] line)
    {
        var expected = ReadByContract(line);
        var direct = ReadDirectly(line);
        direct?.Raw = new RawJson(line);
        if (direct is not null)
            CheckSame(line, expected, direct);
        if (expected is not null && FrameScanner.TryScan(line, out var type, out var subtype))
            CheckSame(line, expected, MessageReader.Read(line, type, subtype));
    }

    private static void CheckSame(byte[] line, ClaudeMessage? expected, ClaudeMessage actual)
    {
        // The contracts drop a member that is spelled like a computed property of the record ("Timestamp"); the direct reader keeps it.
        if (actual.AdditionalProperties?.Keys.Any(name => actual.GetType().GetProperty(name) is not null) == true)
            return;
        Assert.That(expected, Is.Not.Null, () => Encoding.UTF8.GetString(line));
        Assert.That(actual.GetType(), Is.EqualTo(expected!.GetType()), () => Encoding.UTF8.GetString(line));
        Assert.That(actual.ToJson(), Is.EqualTo(expected.ToJson()), () => Encoding.UTF8.GetString(line));
        Assert.That(actual.ToString(), Is.EqualTo(expected.ToString()));
        Assert.That(ObjectGraph.Walk(actual).Select(Describe), Is.EqualTo(ObjectGraph.Walk(expected).Select(Describe)));
    }

    private static string Describe((string Path, object Record) part) =>
        $"{part.Path} {part.Record.GetType()} {(part.Record as OpenRecord)?.AdditionalProperties?.Count} {(part.Record as ValueType)?.ToString()}";

    private static ClaudeMessage? ReadByContract(byte[] line)
    {
        if (!FrameScanner.TryScan(line, out var type, out var subtype))
            return null;
        try
        {
            return MessageReader.ReadByContract(line, LineRepair.Repair(line), type, subtype);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Change(JsonObject root, int place, int change, string name, string value)
    {
        var all = new List<(JsonObject Parent, string Name)>();
        Collect(root, all);
        all.RemoveAll(member => member.Parent == root && member.Name is "type" or "subtype");
        if (all.Count == 0)
            return;
        var (parent, old) = all[place % all.Count];
        switch (change)
        {
            case 0:
                parent.Remove(old);
                break;
            case 1 when parent != root || name is not ("type" or "subtype"):
                parent[name] = JsonNode.Parse(value);
                break;
            default:
                parent[old] = JsonNode.Parse(value);
                break;
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
