using System.Text.Json;

namespace Nexus.Claude.Testing.Cli;

/// <summary>
/// Plays a recorded exchange in lock step: each recorded input waits for the SDK's matching line, each recorded output is written once
/// the inputs before it have come. Control requests match by subtype; their ids, and the uuids of user messages, are translated.
/// </summary>
internal sealed class Replay(Session session, Inbox inbox, Output output, Player player)
{
    private readonly Dictionary<string, string> _translations = [];
    private bool _addsIdentity;

    public void Play(string path, bool addTurnIdentity)
    {
        int number = 0;
        bool ended = false;
        foreach (string text in File.ReadLines(path))
        {
            number++;
            if (text.Length == 0)
                continue;
            JsonDocument document;
            try
            {
                document = JsonDocument.Parse(text);
            }
            catch (JsonException e)
            {
                throw new ScriptException($"line {number} of {path} is not JSON: {e.Message}");
            }

            using (document)
            {
                var entry = document.RootElement;
                switch (entry.Text("dir"))
                {
                    case "meta":
                        _addsIdentity = addTurnIdentity && entry.Text("cli_version") is { } version && !version.StartsWith("2.1.197", StringComparison.Ordinal);
                        break;
                    case "in":
                        Expect(entry.Member("line").Clone(), path, number);
                        break;
                    case "in_raw":
                        if (inbox.Take(_ => true) is null)
                            throw new ReplayException($"{path}:{number}: a raw line was recorded here, but the input ended.");
                        break;
                    case "out":
                        output.WriteLine(Translate(entry.Member("line")));
                        break;
                    case "eof":
                        // The recorded program ended by itself; what the recorder did to its input afterwards is no condition.
                        ended = true;
                        break;
                    case "note" when entry.Text("note") == "stdin closed" && !ended:
                        inbox.AwaitEnd();
                        break;
                    case "exit":
                        foreach (var line in entry.Items("stderr"))
                            player.WriteError(line.GetString() + "\n");
                        // A recorder reports a signal as a negative number; a process of our own can only leave with the shell's figure.
                        long code = entry.Number("code") ?? 0;
                        player.Exit((int)(code < 0 ? 128 - code : code));
                        break;
                }
            }
        }
    }

    private void Expect(JsonElement recorded, string path, int number)
    {
        string? type = recorded.Text("type");
        string? subtype = recorded.Member("request").Text("subtype");
        string? answered = recorded.Member("response").Text("request_id");
        var actual = inbox.Take(line => line.Type is not "keep_alive" && (line.Type != "control_response" || type == "control_response"))
            ?? throw new ReplayException($"{path}:{number}: '{type} {subtype}' was recorded here, but the input ended.");

        if (actual.Type != type || actual.Subtype != subtype)
            throw new ReplayException($"{path}:{number}: '{type} {subtype}' was recorded here, but the SDK sent '{actual.Type} {actual.Subtype}'.");
        if (answered is not null && actual.RequestId != answered)
            throw new ReplayException($"{path}:{number}: the answer to request {answered} was recorded here, but the SDK answered {actual.RequestId}.");

        if (type == "control_request" && recorded.Text("request_id") is { } recordedId && actual.RequestId is { } actualId)
            _translations[recordedId] = actualId;
        if (type == "user")
        {
            session.Take(actual);
            if (recorded.Text("uuid") is { } recordedUuid && session.UserUuid is { } actualUuid)
                _translations[recordedUuid] = actualUuid;
        }
    }

    private string Translate(JsonElement line)
    {
        string json = line.GetRawText();
        foreach (var (recorded, actual) in _translations)
            json = json.Replace(JsonAccess.Quote(recorded), JsonAccess.Quote(actual), StringComparison.Ordinal);

        // A recording of a client that set no uuid lacks what this CLI version answers to one that does.
        bool lacksIdentity = _addsIdentity && session.UserUuid is not null
            && line.Text("type") is "result" && line.Text("user_message_uuid") is null && line.Member("origin").ValueKind is JsonValueKind.Undefined;
        return lacksIdentity ? $"{json.TrimEnd()[..^1]},\"user_message_uuid\":{JsonAccess.Quote(session.UserUuid!)}}}" : json;
    }
}
