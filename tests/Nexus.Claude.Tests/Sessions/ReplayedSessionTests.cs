using System.Text.Json;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Sessions;

/// <summary>Recorded exchanges of the real CLI about sessions, in lock step; the options give the flags that were recorded.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ReplayedSessionTests
{
    private const string Id = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

    private static readonly Dictionary<string, Action<ClaudeOptions>> Recorded = new()
    {
        ["session_first"] = options => options.SessionId = Guid.Parse(Id),
        ["session_resume"] = options => options.Resume = Id,
        ["session_fork"] = options => (options.Resume, options.ForkSession) = (Id, true),
        ["session_resume_at"] = options =>
            (options.Resume, options.ForkSession, options.ResumeSessionAt) = (Id, true, "1579d94f-29b7-4595-b9ff-bd4ce22fbd4a"),
        ["session_resume_replay"] = options => (options.Resume, options.ReplayUserMessages) = (Id, true),
        ["session_continue"] = options => options.Continue = true,
        ["session_no_persist"] = options => options.PersistSession = false,
    };

    [TestCaseSource(nameof(Names))]
    public async Task A_recorded_session_runs_to_its_end(string name)
    {
        await using var cli = Replay(name);
        var options = Options(cli, name);
        var prompts = Lines(name, "in").Count(line => Type(line) == "user");

        await using var client = await ClaudeClient.ConnectAsync(options).InTime();
        for (var i = 0; i < prompts; i++)
        {
            var messages = await client.SendAsync("x").ReadAsync();
            Assert.That(messages[^1], Is.InstanceOf<ResultMessage>().With.Property(nameof(ResultMessage.IsSuccess)).True);
            Assert.That(messages.OfType<InitMessage>().Single().SessionId, Is.EqualTo(client.SessionId));
        }

        await client.DisposeAsync().InTime();
        Assert.That((await client.Completion.InTime()).ExitCode, Is.Zero);
        Assert.That(client.SessionId, Is.EqualTo(Lines(name, "out").Last(line => Type(line) == "result").GetProperty("session_id").GetString()));
    }

    [TestCaseSource(nameof(Names))]
    public async Task The_options_give_the_flags_of_the_recording(string name)
    {
        await using var cli = Replay(name);
        await using (await ClaudeClient.ConnectAsync(Options(cli, name)).InTime())
        {
        }

        var start = (await cli.ReadRecordAsync()).First(record => record.Kind == "start");
        // The recording gives the two formats as two words each; we always write one.
        var recorded = string.Join(' ', Meta(name).GetProperty("argv").EnumerateArray().Skip(1).Select(argument => argument.GetString()))
            .Replace("-format ", "-format=", StringComparison.Ordinal).Split(' ');
        Assert.That(start.Arguments, Is.SupersetOf(recorded));
    }

    [Test]
    public async Task An_id_that_is_in_use_is_told_in_the_words_of_the_CLI()
    {
        await using var cli = Replay("session_id_in_use");
        var options = cli.Options();
        options.SessionId = Guid.Parse(Id);

        var failure = await ClaudeClient.ConnectAsync(options).FailureAsync<CliExitedException>();

        Assert.That(failure.Message, Does.Contain($"Session ID {Id} is already in use"));
    }

    private static string[] Names() => [.. Recorded.Keys];

    private static ClaudeOptions Options(ScriptedCli cli, string name)
    {
        var options = cli.Options();
        options.PermissionMode = PermissionMode.Default;
        Recorded[name](options);
        return options;
    }

    private static ScriptedCli Replay(string name) => ScriptedCli.Create(new CliScript().Replay(PathOf(name)));

    private static string PathOf(string name) =>
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "cli-transcripts", name + ".jsonl");

    private static JsonElement Meta(string name) => JsonElement.Parse(File.ReadLines(PathOf(name)).First());

    private static IEnumerable<JsonElement> Lines(string name, string direction) => File.ReadLines(PathOf(name))
        .Select(line => JsonElement.Parse(line))
        .Where(entry => entry.GetProperty("dir").GetString() == direction)
        .Select(entry => entry.GetProperty("line"));

    private static string? Type(JsonElement line) => line.GetProperty("type").GetString();
}
