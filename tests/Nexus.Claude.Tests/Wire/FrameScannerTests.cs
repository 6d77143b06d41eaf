using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
internal sealed class FrameScannerTests
{
    private static readonly Gen<JsonNode?> Value = Gen.Recursive<JsonNode?>((depth, value) => depth > 3
        ? Gen.Int.Select(static number => (JsonNode?)JsonValue.Create(number))
        : Gen.OneOf(
            Gen.String[0, 12].Select(static text => (JsonNode?)JsonValue.Create(text)),
            Gen.Double.Select(static number => (JsonNode?)JsonValue.Create(double.IsFinite(number) ? number : 0)),
            Gen.Bool.Select(static flag => (JsonNode?)JsonValue.Create(flag)),
            Gen.Const((JsonNode?)null),
            value.Array[0, 4].Select(static items => (JsonNode?)new JsonArray([.. items.Select(static item => item?.DeepClone())])),
            Gen.Select(Gen.String["abtype\"\\{}", 1, 6], value).Array[0, 4].Select(static members => (JsonNode?)ObjectOf(members))));

    [TestCase("{\"type\":\"result\",\"subtype\":\"success\"}", "result", "success")]
    [TestCase("{\"duration_api_ms\":1,\"usage\":{\"type\":\"x\",\"a\":[{\"subtype\":\"y\"}]},\"subtype\":\"success\",\"text\":\"a\\\"b{\",\"type\":\"result\"}", "result", "success")]
    [TestCase(" { \"type\" : \"system\" , \"subtype\" : \"init\" } ", "system", "init")]
    [TestCase("{\"type\":\"assistant\",\"subtype\":\"ignored by definition\"}", "assistant", "")]
    [TestCase("{\"type\":5}", "", "")]
    [TestCase("{}", "", "")]
    [TestCase("{\"text\":\"ends in a backslash \\\\\",\"type\":\"user\"}", "user", "")]
    public void Type_and_subtype_are_found_wherever_they_stand(string line, string type, string subtype)
    {
        Assert.That(FrameScanner.TryScan(Encoding.UTF8.GetBytes(line), out var foundType, out var foundSubtype), Is.True);
        Assert.That(Encoding.UTF8.GetString(foundType), Is.EqualTo(type));
        Assert.That(Encoding.UTF8.GetString(foundSubtype), Is.EqualTo(subtype));
    }

    [TestCase("")]
    [TestCase("hello")]
    [TestCase("[1,2]")]
    [TestCase("{\"type")]
    [TestCase("{\"a\":\"unfinished")]
    [TestCase("{\"a\":{\"b\":[1,2}")]
    [TestCase("{\"a\" 1}")]
    [TestCase("{\"a\":\"\\")]
    [TestCase("{\"a\":1")]
    public void What_is_not_a_whole_object_is_refused(string line) =>
        Assert.That(FrameScanner.TryScan(Encoding.UTF8.GetBytes(line), out _, out _), Is.False);

    [Test]
    public void Any_object_gives_what_a_full_parse_gives() =>
        Gen.Select(Gen.Select(Gen.String["abtype\"\\{}", 1, 6], Value).Array[0, 6], Gen.Int[0, 6], Gen.Int[0, 6]).Sample(sample =>
        {
            var (members, typeAt, subtypeAt) = sample;
            var node = new JsonObject();
            for (var i = 0; i <= 6; i++)
            {
                if (i == typeAt)
                    node["type"] = "result";
                if (i == subtypeAt)
                    node["subtype"] = "success";
                if (i < members.Length && members[i].Item1 is not ("type" or "subtype"))
                    node[members[i].Item1] = members[i].Item2?.DeepClone();
            }

            var line = JsonSerializer.SerializeToUtf8Bytes(node);
            Assert.That(FrameScanner.TryScan(line, out var type, out var subtype), Is.True);
            Assert.That(type.SequenceEqual("result"u8) && subtype.SequenceEqual("success"u8), Is.True, node.ToJsonString());
        });

    [Test]
    public void Any_bytes_are_survived() =>
        Gen.Byte["{}[]\":,\\ typesub1"u8.ToArray().Select(static each => each).ToArray()].Array[0, 60].Sample(
            static bytes => FrameScanner.TryScan(bytes, out _, out _) || true);

    private static JsonObject ObjectOf((string Name, JsonNode? Value)[] members)
    {
        var result = new JsonObject();
        foreach (var (name, value) in members)
            result[name] = value?.DeepClone();
        return result;
    }
}
