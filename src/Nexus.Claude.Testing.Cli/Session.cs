using System.Globalization;
using System.Text.Json;

namespace Nexus.Claude.Testing.Cli;

/// <summary>What the program knows of its session: its ids, the newest prompt, and the values that templates may use.</summary>
internal sealed class Session
{
    private int _uuids;

    public Session(string[] arguments, string version)
    {
        Version = version;
        Id = Value(arguments, "--session-id") ?? Value(arguments, "--resume") ?? Guid.NewGuid().ToString();
        Model = Value(arguments, "--model") ?? "claude-scripted-1";
        PermissionMode = Value(arguments, "--permission-mode") ?? "default";
        IncludesPartials = arguments.Contains("--include-partial-messages");
        ReplaysUsers = arguments.Contains("--replay-user-messages");
        TellsState = Environment.GetEnvironmentVariable("CLAUDE_CODE_SDK_READS_SESSION_STATE") == "1";
    }

    public string Version { get; }

    public string Id { get; }

    public string Model { get; set; }

    public string PermissionMode { get; set; }

    public bool IncludesPartials { get; }

    public bool ReplaysUsers { get; }

    public bool TellsState { get; }

    /// <summary>The newest user message: its line, its uuid (null when it had none) and its text.</summary>
    public Received? User { get; private set; }

    public string? UserUuid { get; private set; }

    public string Prompt { get; private set; } = "";

    public string? RequestId { get; set; }

    public string? SentRequestId { get; set; }

    public bool LastResultWasError { get; set; }

    public int Turns { get; set; }

    // Counted rather than random: a burst of a million lines must not pay for a million random ids.
    public string NextUuid() =>
        string.Create(CultureInfo.InvariantCulture, $"5c01{Environment.ProcessId & 0xffff:x4}-0000-4000-8000-{Interlocked.Increment(ref _uuids):x12}");

    public void Take(Received user)
    {
        User = user;
        UserUuid = user.Json.Text("uuid");
        var content = user.Json.Member("message").Member("content");
        Prompt = content.ValueKind is JsonValueKind.String
            ? content.GetString()!
            : string.Join("\n", content.ValueKind is JsonValueKind.Array ? content.EnumerateArray().Select(block => block.Text("text")).OfType<string>() : []);
    }

    /// <summary>Puts the session's values into the <c>{{name}}</c> places of JSON text, escaped for the inside of a string.</summary>
    public string Fill(string json) => Fill(json, JsonAccess.Escape);

    /// <summary>Puts the session's values into the <c>{{name}}</c> places of plain text.</summary>
    public string FillText(string text) => Fill(text, value => value);

    private string Fill(string template, Func<string, string> escape)
    {
        if (!template.Contains("{{", StringComparison.Ordinal))
            return template;

        // The prompt goes in last: what it says is not a template.
        for (int at; (at = template.IndexOf("{{new_uuid}}", StringComparison.Ordinal)) >= 0;)
            template = string.Concat(template.AsSpan(0, at), NextUuid(), template.AsSpan(at + "{{new_uuid}}".Length));
        return template
            .Replace("{{uuid}}", escape(UserUuid ?? ""), StringComparison.Ordinal)
            .Replace("{{request_id}}", escape(RequestId ?? ""), StringComparison.Ordinal)
            .Replace("{{sent_request_id}}", escape(SentRequestId ?? ""), StringComparison.Ordinal)
            .Replace("{{session_id}}", escape(Id), StringComparison.Ordinal)
            .Replace("{{cwd}}", escape(Environment.CurrentDirectory), StringComparison.Ordinal)
            .Replace("{{pid}}", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{{prompt}}", escape(Prompt), StringComparison.Ordinal);
    }

    private static string? Value(string[] arguments, string flag)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].StartsWith(flag + "=", StringComparison.Ordinal))
                return arguments[i][(flag.Length + 1)..];
            if (arguments[i] == flag && i + 1 < arguments.Length)
                return arguments[i + 1];
        }

        return null;
    }
}
