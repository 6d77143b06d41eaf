using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Cli;
using Nexus.Claude.Tests.Messages;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Hooks;

/// <summary>
/// Every recorded exchange of the real CLI about hooks, in lock step with a client that has the same hooks. The recording ends the program with
/// another exit code when the client answers another request than the recorded one did, or none.
/// </summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ReplayedHookTests
{
    private static readonly string[] Recordings =
        [.. Directory.EnumerateFiles(Path.Combine(Transcripts.FixtureFolder, "cli-transcripts"), "hook*.jsonl").Select(file => Path.GetFileNameWithoutExtension(file)!)];

    [TestCaseSource(nameof(Recordings))]
    public async Task A_recorded_exchange_is_followed_with_the_recorded_answers(string name)
    {
        using var folder = new TemporaryFolder();
        var (path, registered, answers, silent) = Prepare(name, folder.Path);
        await using var cli = ScriptedCli.Create(new CliScript().Replay(path));
        var options = cli.Options();
        var calls = new ConcurrentQueue<HookInput>();
        var cancelled = new TaskCompletionSource();
        foreach (var hookEvent in registered)
        {
            options.Hooks.On(new HookEvent(hookEvent), async (input, cancellationToken) =>
            {
                calls.Enqueue(input);
                if (silent)
                {
                    await using var registration = cancellationToken.Register(cancelled.SetResult);
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }

                if (!answers.TryDequeue(out var answer))
                    return null;
                return answer.ValueKind == JsonValueKind.Null ? throw new InvalidOperationException("the answer is an error") : new RawHookOutput(answer);
            });
        }

        var messages = await ClaudeCode.QueryAsync("x", options).ReadAsync();

        if (silent)
            await cancelled.Task.InTime();
        Assert.That(messages.OfType<ResultMessage>().Count(), Is.EqualTo(1));
        Assert.That(answers, Is.Empty, "every recorded answer has been asked for");
        Assert.That(calls.Select(input => input.GetType().Name), Has.None.EqualTo(nameof(UnknownHookInput)));
        var record = await cli.ReadRecordAsync();
        Assert.That(record.Single(entry => entry.Kind == "exit").ExitCode, Is.Zero, "the recording was followed to its end");
        Assert.That(Sent(record, folder.Path), Is.EqualTo(Expected(path, name)));
    }

    /// <summary>The answers to hooks that the client has sent.</summary>
    private static List<string> Sent(IEnumerable<CliRecord> record, string folder)
    {
        var asked = File.ReadLines(Path.Combine(folder, "recording.jsonl")).Select(line => JsonElement.Parse(line))
            .Where(IsHookCall).Select(line => line.GetProperty("line").GetProperty("request_id").GetString()).ToHashSet();
        return [.. record.Where(entry => entry.Kind == "input").Select(entry => entry.LineJson)
            .Where(line => line.GetProperty("type").ValueEquals("control_response") && asked.Contains(line.GetProperty("response").GetProperty("request_id").GetString()))
            .Select(line => line.GetProperty("response").GetProperty("response").GetRawText())];
    }

    /// <summary>
    /// The recorded answers, and in the place of the two with which the recording shows what a failure does (an error, an invalid answer) our refusal.
    /// </summary>
    private static List<string> Expected(string path, string name)
    {
        var lines = File.ReadLines(path).Select(line => JsonElement.Parse(line)).ToList();
        var asked = lines.Where(IsHookCall).Select(line => line.GetProperty("line").GetProperty("request_id").GetString()).ToHashSet();
        const string Refused = """{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"A hook of the host program for PreToolUse failed, so this was not allowed: """;
        return [.. lines.Where(IsAnswer).Select(line => line.GetProperty("line").GetProperty("response"))
            .Where(response => asked.Contains(response.GetProperty("request_id").GetString()))
            .Select(response => name switch
            {
                "hook_error" => Refused + """the answer is an error"}}""",
                "hook_invalid" => Refused + """its answer is invalid: \u0027decision\u0027 is not of the kind that it must be"}}""",
                _ => JsonSerializer.Serialize(response.GetProperty("response")),
            })];
    }

    /// <summary>Gives the recorded callbacks the ids that our client gives them, and takes the recorded answers out.</summary>
    private static (string Path, List<string> Events, ConcurrentQueue<JsonElement> Answers, bool IsSilent) Prepare(string name, string folder)
    {
        var events = new List<string>();
        var ids = new Dictionary<string, string>();
        var answers = new ConcurrentQueue<JsonElement>();
        var calls = new HashSet<string>();
        var path = Path.Combine(folder, "recording.jsonl");
        var source = Path.Combine(Transcripts.FixtureFolder, "cli-transcripts", name + ".jsonl");
        using var writer = File.CreateText(path);
        foreach (var line in File.ReadLines(source).Select(text => JsonNode.Parse(text)!))
        {
            if (line["line"]?["request"] is JsonObject request)
            {
                if (request["hooks"] is JsonObject hooks)
                {
                    foreach (var (hookEvent, matchers) in hooks)
                    {
                        ids.Add((string)matchers![0]!["hookCallbackIds"]![0]!, $"hook_{events.Count}");
                        events.Add(hookEvent);
                    }
                }
                else if ((string?)request["subtype"] == "hook_callback")
                {
                    request["callback_id"] = ids[(string)request["callback_id"]!];
                    calls.Add((string)line["line"]!["request_id"]!);
                }
            }
            else if ((string?)line["dir"] == "in" && line["line"]?["response"] is JsonObject response && calls.Contains((string)response["request_id"]!))
            {
                answers.Enqueue(JsonElement.Parse(response["response"]?.ToJsonString() ?? "null"));
            }

            writer.WriteLine(line.ToJsonString());
        }

        return (path, events, answers, name == "hook_silent");
    }

    private static bool IsHookCall(JsonElement entry) =>
        entry.GetProperty("dir").ValueEquals("out") && entry.GetProperty("line").TryGetProperty("request", out var request)
        && request.GetProperty("subtype").ValueEquals("hook_callback");

    private static bool IsAnswer(JsonElement entry) =>
        entry.GetProperty("dir").ValueEquals("in") && entry.GetProperty("line").GetProperty("type").ValueEquals("control_response");
}
