using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Testing.Cli;

/// <summary>Plays the steps one after the other, and behaves like the real CLI when they are over.</summary>
internal sealed class Player(Script script, Session session, Inbox inbox, Output output, ControlDesk desk, Conversation conversation, Recorder recorder, Signals signals)
{
    private readonly FileStream _error = StandardStreams.Error();
    private bool _ignoresEndOfInput;

    public void Play()
    {
        // Promises that hold from the first moment on cannot wait for their turn behind a step that blocks.
        _ignoresEndOfInput = script.Steps.Any(step => step.Text("step") == StepNames.IgnoreEndOfInput);
        foreach (var step in script.Steps)
            Do(step);

        if (!script.ReadsInput)
            Hang();
        if (script.Steps.Count == 0)
            Turns(default);
        desk.AnswerAll();
        inbox.Reconsider();
        inbox.AwaitEnd();
        EndOfInput();
    }

    public int ExitCode => session.LastResultWasError ? 1 : 0;

    public void WriteError(string text)
    {
        try
        {
            _error.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // Nobody reads stderr; the real CLI does not mind either.
        }
    }

    private void Do(JsonElement step)
    {
        string name = step.Text("step")!;
        switch (name)
        {
            case StepNames.AwaitControl:
                string? subtype = step.Text("subtype");
                var request = Await(line => line.Type == "control_request" && (subtype is null || line.Subtype == subtype));
                desk.Answer(request, step);
                break;
            case StepNames.OnControl:
                desk.SetRule(step.Text("subtype") ?? "", step);
                inbox.Reconsider();
                break;
            case StepNames.AwaitUser:
                session.Take(Await(line => line.Type == "user"));
                break;
            case StepNames.AwaitResponse:
                string? id = step.Text("request_id") ?? session.SentRequestId;
                Await(line => line.Type == "control_response" && line.RequestId == id);
                break;
            case StepNames.AwaitEndOfInput:
                inbox.AwaitEnd();
                break;
            case StepNames.AwaitGate:
                AwaitFile(step.Text("path")!);
                break;
            case StepNames.Pause:
                Wait(TimeSpan.FromMilliseconds(step.Number("milliseconds") ?? 0));
                break;
            case StepNames.Mark:
                recorder.Write("mark", $"\"name\":{JsonAccess.Quote(step.Text("name") ?? "")}");
                break;
            case StepNames.Write:
                output.Write(Encoding.UTF8.GetBytes(session.Fill(step.Text("text") ?? "") + (step.Flag("newline") == false ? "" : "\n")));
                break;
            case StepNames.WriteBytes:
                output.Write(step.Member("base64").GetBytesFromBase64());
                break;
            case StepNames.Burst:
                conversation.Burst(step.Number("count") ?? 1, (int)(step.Number("bytes") ?? 300));
                break;
            case StepNames.GiantLine:
                conversation.GiantLine(step.Number("bytes") ?? 0);
                break;
            case StepNames.StandardError:
                WriteError(step.Text("text") + (step.Flag("newline") == false ? "" : "\n"));
                break;
            case StepNames.StandardErrorFlood:
                Flood(step.Number("bytes") ?? 0);
                break;
            case StepNames.Turn:
                session.Take(Await(line => line.Type == "user"));
                Turn(step);
                break;
            case StepNames.Turns:
                Turns(step);
                break;
            case StepNames.InterruptibleTurn:
                InterruptibleTurn(step);
                break;
            case StepNames.SendControl:
                session.SentRequestId = step.Text("request_id") ?? Guid.NewGuid().ToString();
                output.WriteLine($$$"""{"type":"control_request","request_id":{{{JsonAccess.Quote(session.SentRequestId)}}},"request":{{{session.Fill(step.Raw("request")!)}}}}""");
                break;
            case StepNames.CancelControl:
                output.WriteLine($$$"""{"type":"control_cancel_request","request_id":{{{JsonAccess.Quote(step.Text("request_id") ?? session.SentRequestId ?? "")}}}}""");
                break;
            case StepNames.Respond:
                desk.Success(session.Fill(step.Text("request_id") ?? "{{request_id}}"), session.Fill(step.Raw("payload") ?? "{}"));
                break;
            case StepNames.Replay:
                new Replay(session, inbox, output, this).Play(step.Text("path")!, step.Flag("add_turn_identity") ?? true);
                break;
            case StepNames.Exit:
                Exit((int)(step.Number("code") ?? 0));
                break;
            case StepNames.Crash:
                recorder.Write("crash");
                Process.GetCurrentProcess().Kill();
                Hang();
                break;
            case StepNames.Hang:
                Hang();
                break;
            case StepNames.CloseOutput:
                output.Close();
                recorder.Write("output_closed");
                break;
            case StepNames.IgnoreInterrupt:
                signals.IgnoresInterrupt = true;
                break;
            case StepNames.IgnoreTerminate:
                signals.IgnoresTerminate = true;
                break;
            case StepNames.Grandchild:
                int pid = Grandchild.Start(
                    step.Flag("holds_output") ?? false, step.Flag("ignores_signals") ?? false, TimeSpan.FromMilliseconds(step.Number("lifetime_ms") ?? 60_000));
                recorder.Write("grandchild", string.Create(CultureInfo.InvariantCulture, $"\"grandchild_pid\":{pid}"));
                break;
            case StepNames.IgnoreEndOfInput or StepNames.NeverReadInput:
                break;
            default:
                throw new ScriptException($"step '{name}' has no player");
        }
    }

    public Received Await(Func<Received, bool> predicate)
    {
        if (inbox.Take(predicate) is { } line)
            return line;
        EndOfInput();
        throw new UnreachableException();
    }

    public void Exit(int code)
    {
        recorder.Write("exit", string.Create(CultureInfo.InvariantCulture, $"\"code\":{code}"));
        recorder.Dispose();
        Environment.Exit(code);
    }

    private void Turn(JsonElement step)
    {
        List<string> chunks = [.. step.Items("chunks").Select(chunk => session.FillText(chunk.GetString()!))];
        if (chunks.Count == 0)
            chunks.Add(session.FillText(step.Text("text") ?? "You said: {{prompt}}"));
        conversation.Turn(chunks, step.Flag("partial"), step.Raw("result"));
    }

    private void Turns(JsonElement step)
    {
        desk.AnswerAll();
        inbox.Reconsider();
        while (inbox.Take(line => line.Type == "user" || line.Json.ValueKind is JsonValueKind.Undefined) is { } line)
        {
            if (line.Json.ValueKind is JsonValueKind.Undefined)
            {
                WriteError($"Error parsing streaming input line (type=unknown, {line.Line.Length} chars): SyntaxError\n");
                Exit(1);
            }

            session.Take(line);
            Turn(step);
        }

        EndOfInput();
    }

    private void InterruptibleTurn(JsonElement step)
    {
        session.Take(Await(line => line.Type == "user"));
        using var interrupted = new ManualResetEventSlim();
        desk.Interrupted = interrupted.Set;
        signals.Interrupted = conversation.Abort;
        List<string> chunks = [.. step.Items("chunks").Select(chunk => chunk.GetString()!)];
        conversation.BeginInterruptible(chunks);
        desk.SetRule("interrupt", Polite);
        inbox.Reconsider();
        interrupted.Wait();
        desk.Interrupted = null;
        conversation.Abort();
        signals.Interrupted = null;
    }

    private void EndOfInput()
    {
        if (_ignoresEndOfInput)
            Hang();
        Exit(ExitCode);
    }

    private void Flood(long bytes)
    {
        byte[] line = new byte[120];
        Array.Fill(line, (byte)'e');
        line[^1] = (byte)'\n';
        byte[] block = [.. Enumerable.Repeat(line, 512).SelectMany(b => b)];
        for (long left = bytes; left > 0; left -= block.Length)
            _error.Write(block.AsSpan(0, (int)Math.Min(left, block.Length)));
    }

    private static void AwaitFile(string path)
    {
        while (!File.Exists(path))
            Wait(TimeSpan.FromMilliseconds(5));
    }

    private static void Wait(TimeSpan time)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(time);
    }

    private static void Hang() => Wait(Timeout.InfiniteTimeSpan);

    private static readonly JsonElement Polite = JsonDocument.Parse("""{"reply":"success"}""").RootElement;
}
