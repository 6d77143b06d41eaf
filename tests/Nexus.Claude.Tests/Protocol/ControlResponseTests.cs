using System.Text;
using System.Text.Json;
using CsCheck;
using Nexus.Claude.Protocol;
using Nexus.Claude.Tests.Messages;
using Nexus.Claude.Tests.Wire;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Protocol;

[Parallelizable(ParallelScope.All)]
internal sealed class ControlResponseTests
{
    private static readonly string[] Pending = ["pending_permission_requests", "pending_user_dialog_requests", "pending_elicitation_requests"];

    private static readonly Gen<string> Value = Gen.Frequency(
        (3, Gen.OneOf<string>("\"success\"", "\"error\"", "\"req_1\"", "\"re\\u0071_1\"", "\"su\\u0063cess\"", "null", "5", "true", "[]", "[ ]", "[{},5]", "[[]]")),
        (2, JsonTexts.OfDepth(3)));

    private static readonly Gen<string> Member = Gen.Select(
        Gen.OneOf<string>(
            ["request_id", "request_id", "subtype", "error", "error_code", "response", "request\\u005fid", "sub\\u0074ype", "resp\\u006Fnse", "more", "", .. Pending]),
        JsonTexts.Space,
        Value,
        JsonTexts.Space).Select((name, before, value, after) => $"{before}\"{name}\":{after}{value}{before}");

    private static readonly Gen<string> Response = Member.Array[0, 8].Select(members => $"{{{string.Join(',', members)}}}");

    private static readonly Gen<string> Frame = Gen.Select(
        Gen.Frequency((8, Response), (1, Value)).Select(response => $"\"response\":{response}").Array[0, 2],
        Gen.OneOf<string>("\"type\":\"control_response\"", "\"type\":5,\"session_id\":{\"response\":{}}"),
        Gen.Bool,
        JsonTexts.Space).Select((responses, more, first, space) => $"{space}{{{string.Join(',', first ? [more, .. responses] : [.. responses, more])}}}{space}");

    [Test]
    public void Any_answer_is_read_as_from_its_document() => Frame.Sample(frame => CheckSame(Encoding.UTF8.GetBytes(frame)), iter: 4000);

    [Test]
    public void Any_line_near_an_answer_is_refused_where_its_document_is() =>
        Gen.Select(Frame, Gen.Select(Gen.Int[0, 100000], Gen.OneOf<byte>(Gen.OneOf<byte>([.. "{}[]\",:\\ud8.-+01tnf \n"u8, 0xC3, 0xFF]), Gen.Byte)).Array[1, 3]).Sample(
            (frame, changes) =>
            {
                var line = Encoding.UTF8.GetBytes(frame);
                foreach (var (place, value) in changes)
                    line[place % line.Length] = value;
                CheckSame(line);
                CheckSame(line[..(changes[0].Item1 % (line.Length + 1))]);
            },
            iter: 8000);

    [Test]
    public void Every_answer_of_the_transcripts_is_read_as_from_its_document()
    {
        var lines = Transcripts.Output().Select(output => output.Line).Where(line => Encoding.UTF8.GetString(line).Contains("control_response", StringComparison.Ordinal)).ToList();
        foreach (var line in lines)
            CheckSame(line);

        Assert.That(lines, Has.Count.GreaterThan(100));
    }

    [Test]
    public void A_payload_is_nested_as_deep_as_a_document_may_be([Values(300, 510, 511)] int depth) =>
        CheckSame(Encoding.UTF8.GetBytes("{\"response\":{\"response\":" + new string('[', depth) + new string(']', depth) + "}}"));

    [Test]
    public void The_payload_is_no_copy()
    {
        var line = """{"type":"control_response","response":{"subtype":"success","request_id":"a","response":{"b":1}}}"""u8.ToArray();

        var payload = ControlResponse.Read(line)!.Payload.Utf8;

        Assert.That(payload.Span.Overlaps(line, out var offset), Is.True);
        Assert.That(line.AsSpan(-offset, payload.Length).SequenceEqual("""{"b":1}"""u8), Is.True);
    }

    [Test]
    public void Any_member_of_a_payload_is_found_as_in_its_document() => Response.Sample(
        json =>
        {
            var reply = new ControlReply(Encoding.UTF8.GetBytes(json));
            var document = JsonElement.Parse(json);
            Assert.That(reply.Parse().GetRawText(), Is.EqualTo(json));
            foreach (var name in new[] { "request_id", "subtype", "error", "more", "", "absent" })
            {
                var kind = document.TryGetProperty(name, out var value) ? value.ValueKind : JsonValueKind.Undefined;
                Assert.That(reply.Text(Encoding.UTF8.GetBytes(name)), Is.EqualTo(kind == JsonValueKind.String ? value.GetString() : null), json);
                Assert.That(
                    reply.Flag(Encoding.UTF8.GetBytes(name)), Is.EqualTo(kind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => (bool?)null }), json);
            }
        },
        iter: 2000);

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[{\"a\":true}]")]
    [TestCase("\"a\"")]
    public void A_payload_that_is_no_object_has_no_members(string json)
    {
        var reply = new ControlReply(Encoding.UTF8.GetBytes(json));

        Assert.That((reply.Text("a"u8), reply.Flag("a"u8), reply.IsBare), Is.EqualTo(((string?)null, (bool?)null, json.Length == 0)));
        Assert.That(reply.Parse().ValueKind == JsonValueKind.Undefined, Is.EqualTo(json.Length == 0));
        Assert.That(reply.Read(ProtocolJson.Default.InterruptReceipt), Is.Null);
    }

    private static void CheckSame(byte[] line)
    {
        var text = LineRepair.Repair(line);
        Assert.That(ReadByUs(text), Is.EqualTo(ReadByDocument(text)), Encoding.UTF8.GetString(text.Span));
    }

    private static string ReadByUs(ReadOnlyMemory<byte> line)
    {
        try
        {
            return ControlResponse.Read(line) is { } response
                ? Describe(
                    response.RequestId,
                    response.IsSuccess,
                    response.Error,
                    response.ErrorCode,
                    response.Payload.IsBare ? null : Encoding.UTF8.GetString(response.Payload.Utf8.Span),
                    response.PendingRequests.Select(each => Encoding.UTF8.GetString(each.Span)))
                : "nothing";
        }
        catch (JsonException)
        {
            return "refused";
        }
    }

    private static string ReadByDocument(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 512 });
            if (document.RootElement.ValueKind == JsonValueKind.Null)
                return "nothing";
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return "refused";
            if (!document.RootElement.TryGetProperty("response", out var response) || response.ValueKind != JsonValueKind.Object)
                return "nothing";
            return Describe(
                TextOf(response, "request_id"),
                TextOf(response, "subtype") == "success",
                TextOf(response, "error"),
                TextOf(response, "error_code"),
                response.TryGetProperty("response", out var payload) ? payload.GetRawText() : null,
                Pending.Where(name => response.TryGetProperty(name, out var pending) && pending.ValueKind == JsonValueKind.Array && pending.GetArrayLength() > 0)
                    .Select(name => response.GetProperty(name).GetRawText()));
        }
        catch (JsonException)
        {
            return "refused";
        }
    }

    private static string? TextOf(JsonElement element, string name) => InboundRequest.TextOf(element, name);

    private static string Describe(string? id, bool isSuccess, string? error, string? code, string? payload, IEnumerable<string> pending) =>
        string.Join('\n', [$"{id ?? "-"} {isSuccess} {error ?? "-"} {code ?? "-"}", payload ?? "-", .. pending]);
}
