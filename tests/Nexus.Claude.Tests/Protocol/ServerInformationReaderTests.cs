using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Nexus.Claude.Protocol;
using Nexus.Claude.Tests.Messages;

namespace Nexus.Claude.Tests.Protocol;

[Parallelizable(ParallelScope.All)]
public sealed class ServerInformationReaderTests
{
    private static readonly string[] Replies = [.. Transcripts.Output()
        .Select(line => JsonNode.Parse(line.Line)!)
        .Where(frame => (string?)frame["type"] == "control_response" && frame["response"]?["response"]?["models"] is not null)
        .Select(frame => frame["response"]!["response"]!.ToJsonString())
        .Distinct()];

    private static readonly Gen<string> Value = Gen.OneOf<string>(
        "null", "true", "\"true\"", "0", "\"5\"", "1.5", "1e400", "\"\"", "\"\\u0041\"", "[]", "{}", "[null]", "[5]", "[[]]", "[{}]",
        "[{\"name\":5,\"builtin\":null,\"new\":{},\"aliases\":null}]", "[{\"value\":\"a\",\"supportsEffort\":\"true\"}]", "{\"email\":null,\"new\":[1]}");

    [Test]
    public void The_reply_of_every_transcript_is_read_directly_and_as_by_its_contract()
    {
        foreach (var reply in Replies)
        {
            Assert.That(ServerInformationReader.TryRead(Reply(reply)), Is.Not.Null);
            Compare(reply);
        }

        Assert.That(Replies, Has.Length.GreaterThan(5));
    }

    [Test]
    public void A_reply_with_members_of_any_kind_is_read_as_by_its_contract_or_refused_as_by_it() =>
        Gen.Select(Gen.OneOf<string>(Replies), Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 2], Value).Array[1, 3]).Sample(
            (reply, changes) =>
            {
                var root = JsonNode.Parse(reply)!.AsObject();
                foreach (var (place, change, value) in changes)
                {
                    var all = new List<(JsonObject Parent, string Name)>();
                    Collect(root, all);
                    if (all.Count == 0)
                        break;
                    var (parent, name) = all[place * 7 % all.Count];
                    if (change == 0)
                        parent.Remove(name);
                    else
                        parent[change == 1 ? name : "new"] = JsonNode.Parse(value);
                }

                Compare(root.ToJsonString());
            },
            iter: 1500);

    [Test]
    public void The_whole_reply_is_there_as_it_came_and_the_same_for_whoever_asks()
    {
        var information = ServerInformation.From(Reply(Replies[0]));
        var first = information.Raw;

        Assert.That(first.GetRawText(), Is.EqualTo(Replies[0]));
        Assert.That(information.Raw, Is.EqualTo(first));
        Assert.That((information with { OutputStyle = "x" }).Raw, Is.EqualTo(first));
    }

    [Test]
    public void What_is_read_is_equal_to_itself_and_to_its_copies_and_to_no_other_reading()
    {
        var information = ServerInformation.From(Reply("{}"));

        Assert.That(information with { }, Is.EqualTo(information));
        Assert.That((information with { }).GetHashCode(), Is.EqualTo(information.GetHashCode()));
        Assert.That(new ServerInformation { Raw = information.Raw }, Is.EqualTo(information));
        Assert.That(ServerInformation.From(Reply("{}")), Is.Not.EqualTo(information), "JSON is compared by the document it is in");
        Assert.That(new ServerInformation { Raw = default }, Is.EqualTo(new ServerInformation()));
    }

    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("")]
    public void A_reply_that_is_no_object_says_nothing(string reply)
    {
        var information = ServerInformation.From(Reply(reply));

        Assert.That(information with { Raw = default }, Is.EqualTo(new ServerInformation()));
        Assert.That(information.Raw.ValueKind == JsonValueKind.Undefined, Is.EqualTo(reply.Length == 0));
    }

    private static void Compare(string reply)
    {
        if (ReadByContract(JsonElement.Parse(reply)) is { } expected)
            Assert.That(Text(ServerInformation.From(Reply(reply))), Is.EqualTo(Text(expected)), reply);
        else
            Assert.That(() => ServerInformation.From(Reply(reply)), Throws.InstanceOf<ProtocolException>().With.InnerException.InstanceOf<JsonException>(), reply);
    }

    private static ServerInformation? ReadByContract(JsonElement json)
    {
        try
        {
            return json.Deserialize(ProtocolJson.Default.ServerInformation);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(ServerInformation information) =>
        JsonSerializer.Serialize(information, ProtocolJson.Default.ServerInformation);

    private static ControlReply Reply(string json) => new(Encoding.UTF8.GetBytes(json));

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
}
