using System.Text.Json;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Testing;

[Parallelizable(ParallelScope.All)]
internal sealed class ReplayTests
{
    private const string Uuid = "99999999-9999-4999-8999-999999999999";

    [Test]
    public async Task Partial_messages_replay_with_the_ids_of_this_run()
    {
        var recorded = Recorded("partial_messages");
        await using var cli = ScriptedCli.Create(new CliScript().Replay(PathOf("partial_messages")));
        using var process = new ScriptedProcess(cli);
        await process.SendControlAsync("my_request", "initialize");
        Assert.That((await process.ReadUntilAsync("control_response")).GetProperty("response").GetProperty("request_id").GetString(), Is.EqualTo("my_request"));
        await process.SendUserAsync("x", Uuid);

        List<JsonElement> lines = [];
        do
            lines.Add(await process.ReadAsync());
        while (lines[^1].GetProperty("type").GetString() != "result");
        process.EndInput();

        Assert.That(lines[^1].GetProperty("user_message_uuid").GetString(), Is.EqualTo(Uuid));
        var expected = recorded.Where(entry => Text(entry, "dir") == "out").Select(entry => Text(entry.GetProperty("line"), "type")).ToList();
        Assert.That(lines.Select(line => Text(line, "type")), Is.EqualTo(expected.Skip(1).Take(lines.Count)));
        Assert.That(await process.ExitAsync(), Is.Zero);
    }

    [Test]
    public async Task Permission_questions_wait_for_their_answers()
    {
        await using var cli = ScriptedCli.Create(new CliScript().Replay(PathOf("permission_allow_deny")));
        using var process = new ScriptedProcess(cli);
        await process.SendControlAsync("i1", "initialize");
        await process.ReadUntilAsync("control_response");
        await process.SendUserAsync("x", Uuid);
        for (int i = 0; i < 2; i++)
        {
            var ask = await process.ReadUntilAsync("control_request");
            await process.SendAsync($$$$"""{"type":"control_response","response":{"subtype":"success","request_id":"{{{{Text(ask, "request_id")}}}}","response":{"behavior":"allow","updatedInput":null}}}""");
            await process.ReadUntilAsync("user");
        }

        var result = await process.ReadUntilAsync("result");
        process.EndInput();

        Assert.That(result.GetProperty("permission_denials").GetArrayLength(), Is.EqualTo(1));
        Assert.That(Text(result, "user_message_uuid"), Is.EqualTo(Uuid), "the recorded client set no uuid, but this one does");
        Assert.That(await process.ExitAsync(), Is.Zero);
    }

    [Test]
    public async Task What_does_not_fit_the_recording_fails_loudly()
    {
        await using var cli = ScriptedCli.Create(new CliScript().Replay(PathOf("partial_messages")));
        using var process = new ScriptedProcess(cli);
        await process.SendControlAsync("r1", "set_model");

        Assert.That(await process.ErrorAsync(), Does.Contain("'control_request initialize' was recorded here, but the SDK sent 'control_request set_model'"));
        Assert.That(await process.ExitAsync(), Is.EqualTo(65));
    }

    private static string PathOf(string name) =>
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "cli-transcripts", name + ".jsonl");

    private static List<JsonElement> Recorded(string name) => [.. File.ReadLines(PathOf(name)).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
