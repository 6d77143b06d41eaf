using System.Text.Json;

namespace Nexus.Claude;

/// <summary>
/// What a hook answers. These members exist for every event; a derived type adds what its event honours. Returning null is the same as
/// an answer without members: no opinion.
/// </summary>
public abstract record HookOutput
{
    private protected HookOutput()
    {
    }

    /// <summary>False ends the turn once the CLI is done with what the hook was asked about; a tool that was asked about still runs. Default true.</summary>
    public bool Continue { get; init; } = true;

    /// <summary>Why <see cref="Continue"/> is false; for the user.</summary>
    public string? StopReason { get; init; }

    /// <summary>True keeps the hook's output out of the transcript. Default false.</summary>
    public bool SuppressOutput { get; init; }

    /// <summary>Whether to let it happen, for events that have no decision of their own; null for no opinion.</summary>
    public HookDecision? Decision { get; init; }

    /// <summary>Why, for <see cref="Decision"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>A note for the user; it arrives as an <see cref="InformationalMessage"/>.</summary>
    public string? SystemMessage { get; init; }

    /// <summary>
    /// A terminal escape sequence for the CLI to emit: a notification, a title (OSC 0, 1, 2, 9, 99, 777) or a bell. It drops anything else.
    /// </summary>
    public string? TerminalSequence { get; init; }

    /// <summary>
    /// True lets the CLI go on at once without an opinion of the hook, whose work then goes on by itself; the other members are not sent. Default false.
    /// </summary>
    public bool Async { get; init; }

    /// <summary>How long the work of an asynchronous hook may take, which the CLI is told (<c>asyncTimeout</c>, in milliseconds); null leaves it to the CLI.</summary>
    public TimeSpan? AsyncTimeout { get; init; }

    /// <summary>The event that this answers; null when it fits any.</summary>
    internal abstract HookEvent? AnsweredEvent { get; }

    /// <summary>Writes the answer as the CLI wants it.</summary>
    /// <param name="json">Where to.</param>
    internal virtual void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Async)
        {
            json.WriteBoolean("async"u8, true);
            if (AsyncTimeout is { } limit)
                json.WriteNumber("asyncTimeout"u8, (long)Math.Ceiling(limit.TotalMilliseconds));
        }
        else
        {
            WriteMembers(json);
        }

        json.WriteEndObject();
    }

    /// <summary>What is wrong with the answer, so that the CLI would not take it; null when nothing is.</summary>
    internal virtual string? FindMistake()
    {
        if (Decision is { } decision && decision != HookDecision.Block && decision != HookDecision.Approve)
            return $"'{decision}' is no decision";
        return AsyncTimeout <= TimeSpan.Zero ? "AsyncTimeout is not greater than zero" : null;
    }

    /// <summary>The decision as it is sent.</summary>
    private protected virtual HookDecision? SentDecision => Decision;

    /// <summary>True when there is something to say that only this event knows.</summary>
    private protected virtual bool HasSpecifics => false;

    /// <summary>Writes the members of <c>hookSpecificOutput</c> that follow the name of the event.</summary>
    /// <param name="json">Where to.</param>
    private protected virtual void WriteSpecifics(Utf8JsonWriter json)
    {
    }

    private protected static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private protected static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string>? values)
    {
        if (values is null)
            return;
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private void WriteMembers(Utf8JsonWriter json)
    {
        if (!Continue)
            json.WriteBoolean("continue"u8, false);
        WriteText(json, "stopReason", StopReason);
        if (SuppressOutput)
            json.WriteBoolean("suppressOutput"u8, true);
        WriteText(json, "decision", SentDecision?.Value);
        WriteText(json, "reason", Reason);
        WriteText(json, "systemMessage", SystemMessage);
        WriteText(json, "terminalSequence", TerminalSequence);
        if (!HasSpecifics)
            return;
        json.WriteStartObject("hookSpecificOutput"u8);
        json.WriteString("hookEventName"u8, AnsweredEvent!.Value.Value);
        WriteSpecifics(json);
        json.WriteEndObject();
    }
}

/// <summary>The answer of a hook that may tell the model something.</summary>
public abstract record ContextHookOutput : HookOutput
{
    private protected ContextHookOutput()
    {
    }

    /// <summary>Text for the model. The CLI cuts it at about 10,000 characters.</summary>
    public string? AdditionalContext { get; init; }

    private protected override bool HasSpecifics => AdditionalContext is not null;

    private protected override void WriteSpecifics(Utf8JsonWriter json) => WriteText(json, "additionalContext", AdditionalContext);
}
