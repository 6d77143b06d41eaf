namespace Nexus.Claude.Testing.Cli;

/// <summary>Writes turns the way CLI 2.1.330 writes them: the same kinds of lines in the same order, with the members an SDK reads.</summary>
internal sealed class Conversation(Session session, Output output)
{
    private string? _open;

    public void Turn(IReadOnlyList<string> chunks, bool? partial, string? resultMembers)
    {
        string text = string.Concat(chunks);
        Begin();
        string message = NextMessage();
        bool streams = partial ?? session.IncludesPartials;
        if (streams)
        {
            OpenStream(message);
            foreach (string chunk in chunks)
                Delta(message, chunk);
        }

        Assistant(message, text, aborted: false);
        if (streams)
            CloseStream(message);
        Result("success", false, $"\"result\":{JsonAccess.Quote(text)},\"stop_reason\":\"end_turn\",\"terminal_reason\":\"completed\",\"api_error_status\":null", resultMembers);
        End("completed");
    }

    public void BeginInterruptible(IReadOnlyList<string> chunks)
    {
        Begin();
        _open = string.Concat(chunks);
        string message = NextMessage();
        OpenStream(message);
        foreach (string chunk in chunks)
            Delta(message, chunk);
    }

    /// <summary>Ends an interruptible turn as an interrupt does: the partial answer, the marker, the aborted result.</summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref _open, null) is not { } text)
            return;
        Assistant(NextMessage(), text, aborted: true);
        output.WriteLine($$$"""{"type":"user","message":{"role":"user","content":[{"type":"text","text":"[Request interrupted by user]"}]},"parent_tool_use_id":null,{{{Ids()}}}}""");
        Result("error_during_execution", true, "\"stop_reason\":null,\"terminal_reason\":\"aborted_streaming\",\"errors\":[\"[ede_diagnostic] aborted\"]", null);
        End("cancelled");
    }

    public void Burst(long count, int bytes)
    {
        // Long runs go out in blocks: one write a line would measure this program instead of its reader.
        using var block = new MemoryStream();
        for (long i = 0; i < count; i++)
        {
            string head = $$$"""{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{i}}} """;
            string tail = $$$"""{{{'"'}}}}},"parent_tool_use_id":null,{{{Turned()}}}{{{Ids()}}}}""";
            int padding = Math.Max(0, bytes - head.Length - tail.Length - 1);
            block.Write(System.Text.Encoding.UTF8.GetBytes($"{head}{new string('x', padding)}{tail}\n"));
            if (block.Length >= 65536 || i == count - 1)
            {
                output.Write(block.GetBuffer().AsSpan(0, (int)block.Length));
                block.SetLength(0);
            }
        }
    }

    public void GiantLine(long bytes)
    {
        string head = $$$"""{"type":"assistant","message":{"id":"msg_giant","type":"message","role":"assistant","model":{{{JsonAccess.Quote(session.Model)}}},"content":[{"type":"text","text":" """;
        string tail = $$$"""{{{'"'}}}}],"stop_reason":null,"stop_sequence":null,"usage":{{{Usage}}}},"parent_tool_use_id":null,{{{Turned()}}}{{{Ids()}}}}""";
        output.Write(System.Text.Encoding.UTF8.GetBytes(head));
        byte[] block = new byte[1 << 20];
        Array.Fill(block, (byte)'g');
        for (long left = Math.Max(0, bytes - head.Length - tail.Length - 1); left > 0; left -= block.Length)
            output.Write(block.AsSpan(0, (int)Math.Min(left, block.Length)));
        output.Write(System.Text.Encoding.UTF8.GetBytes(tail + "\n"));
    }

    private const string Usage = """{"input_tokens":12,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":7}""";

    private void Begin()
    {
        Lifecycle("queued");
        Lifecycle("started");
        State("running");
        if (session.ReplaysUsers && session.User is { } user && user.Line.StartsWith('{'))
            output.WriteLine($"{{\"isReplay\":true,{user.Line.TrimStart()[1..]}");
        output.WriteLine(
            $$$"""{"type":"system","subtype":"init","cwd":{{{JsonAccess.Quote(Environment.CurrentDirectory)}}},"session_id":{{{JsonAccess.Quote(session.Id)}}},"tools":["Bash","Read","Write"],"mcp_servers":[],"model":{{{JsonAccess.Quote(session.Model)}}},"permissionMode":{{{JsonAccess.Quote(session.PermissionMode)}}},"slash_commands":[],"apiKeySource":"ANTHROPIC_API_KEY","claude_code_version":{{{JsonAccess.Quote(session.Version)}}},"output_style":"default","agents":[],"skills":[],"plugins":[],"capabilities":["interrupt_receipt_v1","msg_lifecycle_v1"],"uuid":"{{{session.NextUuid()}}}"}""");
    }

    private void End(string state)
    {
        session.Turns++;
        Lifecycle(state);
        State("idle");
    }

    private void OpenStream(string message)
    {
        Event($$$"""{"type":"message_start","message":{"id":"{{{message}}}","type":"message","role":"assistant","model":{{{JsonAccess.Quote(session.Model)}}},"content":[],"stop_reason":null,"stop_sequence":null,"usage":{{{Usage}}}}}""", message);
        Event("""{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""", message);
    }

    private void Delta(string message, string text) =>
        Event($$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{{{JsonAccess.Quote(text)}}}}}""", message);

    private void CloseStream(string message)
    {
        Event("""{"type":"content_block_stop","index":0}""", message);
        Event("""{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":7}}""", message);
        Event("""{"type":"message_stop"}""", message);
    }

    private void Event(string json, string message) =>
        output.WriteLine($$$"""{"type":"stream_event","event":{{{json}}},"parent_tool_use_id":null,"api_message_id":"{{{message}}}",{{{Turned()}}}{{{Ids()}}}}""");

    private void Assistant(string message, string text, bool aborted) =>
        output.WriteLine(
            $$$"""{"type":"assistant","message":{"id":"{{{message}}}","type":"message","role":"assistant","model":{{{JsonAccess.Quote(session.Model)}}},"content":[{"type":"text","text":{{{JsonAccess.Quote(text)}}}}],"stop_reason":null,"stop_sequence":null,"usage":{{{Usage}}}},"parent_tool_use_id":null,{{{(aborted ? "\"aborted\":true," : "")}}}{{{Turned()}}}{{{Ids()}}}}""");

    private void Result(string subtype, bool isError, string members, string? overrides)
    {
        // As on 2.1.330, the discriminators stand late in the line. A script's own members replace the standard ones.
        string cost = (0.000188 * (session.Turns + 1)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        string line =
            $$$"""{"duration_api_ms":20,"session_id":{{{JsonAccess.Quote(session.Id)}}},"total_cost_usd":{{{cost}}},"usage":{{{Usage}}},"modelUsage":{{{{JsonAccess.Quote(session.Model)}}}:{"inputTokens":{{{12 * (session.Turns + 1)}}},"outputTokens":{{{7 * (session.Turns + 1)}}},"cacheReadInputTokens":0,"cacheCreationInputTokens":0,"webSearchRequests":0,"costUSD":{{{cost}}},"contextWindow":200000,"maxOutputTokens":32000}},"permission_denials":[],"num_turns":1,"subtype":"{{{subtype}}}","is_error":{{{(isError ? "true" : "false")}}},{{{members}}},"type":"result","duration_ms":30,"queued_turn_count":0,"result_index":{{{session.Turns}}},{{{Turned()}}}"uuid":"{{{session.NextUuid()}}}"}""";
        session.LastResultWasError = isError;
        if (overrides is not null)
        {
            var (merged, error) = ResultOverrides.Apply(line, session.Fill(overrides));
            line = merged;
            session.LastResultWasError = error;
        }

        output.WriteLine(line);
    }

    private void Lifecycle(string state)
    {
        if (session.UserUuid is { } uuid)
            output.WriteLine($$$"""{"type":"command_lifecycle","command_uuid":{{{JsonAccess.Quote(uuid)}}},"state":"{{{state}}}",{{{Ids()}}}}""");
    }

    private void State(string state)
    {
        if (session.TellsState)
            output.WriteLine($$$"""{"type":"system","subtype":"session_state_changed","state":"{{{state}}}","sdk_host_only":true,{{{Ids()}}}}""");
    }

    private string NextMessage() => $"msg_{session.NextUuid()[^12..]}";

    private string Ids() => $"\"session_id\":{JsonAccess.Quote(session.Id)},\"uuid\":\"{session.NextUuid()}\"";

    private string Turned() => session.UserUuid is { } uuid
        ? $"\"user_message_uuid\":{JsonAccess.Quote(uuid)},\"user_message_uuids\":[{JsonAccess.Quote(uuid)}],"
        : "";
}
