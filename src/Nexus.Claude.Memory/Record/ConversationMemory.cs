using System.Globalization;
using System.Text;
using System.Text.Json;
using Nexus.Claude.Memory.Privacy;
using Nexus.Claude.Memory.Record;

namespace Nexus.Claude.Memory;

/// <summary>
/// Turns what happens in one conversation into messages to remember. Made by <see cref="ClaudeMemory.StartConversation"/>; it stores
/// nothing by itself: give <see cref="TakePendingMessages"/> to <see cref="ClaudeMemory.StoreMessagesAsync"/>. Not thread-safe.
/// </summary>
public sealed class ConversationMemory
{
    private const int LongestToolInput = 600;
    private const int LongestToolOutput = 1_200;

    private readonly TimeProvider _time;
    private readonly IgnoredFiles _ignored;
    private readonly Func<string, string> _clean;
    private readonly bool _enabled;
    private readonly List<MemoryMessage> _pending = [];
    private readonly SortedSet<string> _files = new(StringComparer.Ordinal);
    private MemoryMessage? _prompt;

    internal ConversationMemory(string id, string? workingDirectory, bool enabled, IgnoredFiles ignored, Func<string, string> clean, TimeProvider time)
    {
        _clean = clean;
        ConversationId = id;
        WorkingDirectory = workingDirectory;
        _enabled = enabled;
        _time = time;
        _ignored = ignored;
    }

    /// <summary>The conversation.</summary>
    public string ConversationId { get; private set; }

    /// <summary>Its working directory. A <c>cd</c> inside one command does not change it.</summary>
    public string? WorkingDirectory { get; private set; }

    /// <summary>The number of the turn that is going on, from 0.</summary>
    public int TurnIndex { get; private set; }

    /// <summary>True when the conversation goes on from an earlier one.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>The files that this turn has touched so far, sorted.</summary>
    public IReadOnlyCollection<string> Files => _files;

    /// <summary>Records what the user said. The files of its turn are added to it when the turn ends.</summary>
    /// <param name="text">The prompt.</param>
    /// <param name="id">Its id; null makes one.</param>
    public void RecordUserMessage(string text, string? id = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!_enabled)
            return;
        if (_prompt is not null)
            EndTurn();
        _prompt = Message(MemoryRole.User, text, id);
        _pending.Add(_prompt);
    }

    /// <summary>Notes which files a tool call touches. <see cref="RecordToolResult"/> records the call with its result.</summary>
    /// <param name="name">The tool, for example <c>Edit</c>.</param>
    /// <param name="input">Its arguments.</param>
    public void ProcessToolCall(string name, JsonElement input)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_enabled)
            _files.UnionWith(ToolFootprint.Of(name, input, WorkingDirectory).Files);
    }

    /// <summary>Records a tool call: what it was asked, and the beginning and the end of what it answered.</summary>
    /// <param name="name">The tool.</param>
    /// <param name="input">Its arguments.</param>
    /// <param name="output">What it answered; null when that is not known.</param>
    /// <param name="isError">Whether it failed.</param>
    /// <param name="id">The id of the tool use; null makes one.</param>
    public void RecordToolResult(string name, JsonElement input, string? output, bool isError = false, string? id = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_enabled)
            return;

        var footprint = ToolFootprint.Of(name, input, WorkingDirectory);
        _files.UnionWith(footprint.Files);
        bool hidden = footprint.Files.Any(_ignored.Contains);
        var text = new StringBuilder(name).Append(' ').Append(hidden ? string.Join(' ', footprint.Files) : Digest(input));
        if (output is { Length: > 0 })
            text.Append("\n→ ").Append(hidden ? "[not kept: ignored file]" : Ends(_clean(output), LongestToolOutput));
        _pending.Add(Message(MemoryRole.Tool, text.ToString(), id) with
        {
            ToolName = name, IsError = isError, Files = footprint.Files, WorkingDirectory = footprint.Directory ?? WorkingDirectory,
        });
    }

    /// <summary>Records Claude's answer, which ends the turn: prompt and answer get the files of the turn, and the next turn begins.</summary>
    /// <param name="text">The answer.</param>
    /// <param name="id">Its id; null makes one.</param>
    public void RecordAssistantMessage(string text, string? id = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!_enabled)
            return;
        if (text.Length > 0)
            _pending.Add(Message(MemoryRole.Assistant, text, id) with { Files = [.. _files] });
        EndTurn();
    }

    /// <summary>Records a part of an answer that goes on: between two parts stand tool calls.</summary>
    internal void RecordAnswerPiece(string text, string id)
    {
        if (_enabled)
            _pending.Add(Message(MemoryRole.Assistant, text, id) with { Files = [.. _files] });
    }

    /// <summary>What was recorded since the last call. A prompt that was taken before its turn ended comes again with its files; it is stored once.</summary>
    /// <returns>The messages, in order.</returns>
    public IReadOnlyList<MemoryMessage> TakePendingMessages()
    {
        var taken = _pending.ToArray();
        _pending.Clear();
        return taken;
    }

    /// <summary>The question to ask the memory for what is going on: the text, the directory, the files of the turn, without this conversation.</summary>
    /// <param name="text">The prompt.</param>
    /// <returns>The query.</returns>
    public MemoryQuery CurrentContext(string text) => new(text)
    {
        WorkingDirectory = WorkingDirectory, Files = [.. _files], ExceptConversationId = ConversationId,
    };

    /// <summary>Goes on with an earlier conversation. What is pending and not taken is dropped.</summary>
    /// <param name="conversationId">The conversation.</param>
    /// <param name="workingDirectory">Its directory; null keeps the present one.</param>
    /// <param name="turnIndex">The number of its next turn: <see cref="ConversationPage.LastTurn"/> plus one.</param>
    public void ResumeConversation(string conversationId, string? workingDirectory = null, int turnIndex = 0)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(conversationId);
        ArgumentOutOfRangeException.ThrowIfNegative(turnIndex);
        ConversationId = conversationId;
        WorkingDirectory = workingDirectory ?? WorkingDirectory;
        TurnIndex = turnIndex;
        IsResumed = true;
        _pending.Clear();
        _files.Clear();
        _prompt = null;
    }

    private void EndTurn()
    {
        if (_prompt is not null && _files.Count > 0)
        {
            var withFiles = _prompt with { Files = [.. _files] };
            int at = _pending.IndexOf(_prompt);
            if (at >= 0)
                _pending[at] = withFiles;
            else
                _pending.Add(withFiles);
        }

        _prompt = null;
        _files.Clear();
        TurnIndex++;
    }

    private MemoryMessage Message(MemoryRole role, string text, string? id) => new()
    {
        Id = id ?? Guid.CreateVersion7(_time.GetUtcNow()).ToString("D", CultureInfo.InvariantCulture),
        ConversationId = ConversationId,
        Role = role,
        Content = text,
        Turn = TurnIndex,
        CreatedAt = _time.GetUtcNow(),
        WorkingDirectory = WorkingDirectory,
    };

    // The values of the arguments say what was done; their names are the same for every call.
    private string Digest(JsonElement input)
    {
        if (input.ValueKind != JsonValueKind.Object)
            return input.ValueKind == JsonValueKind.Undefined ? "" : Ends(_clean(input.GetRawText()), LongestToolInput);
        var text = new StringBuilder();
        foreach (var member in input.EnumerateObject())
        {
            string value = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            text.Append(text.Length == 0 ? "" : " ").Append(Ends(_clean(value), LongestToolInput / 2));
            if (text.Length > LongestToolInput)
                break;
        }

        return Ends(text.ToString(), LongestToolInput);
    }

    // The first lines say what it was, the last ones how it ended.
    private static string Ends(string text, int length)
    {
        text = text.Trim();
        if (text.Length <= length)
            return text;
        int half = length / 2;
        int head = char.IsHighSurrogate(text[half - 1]) ? half - 1 : half;
        int tail = char.IsLowSurrogate(text[^half]) ? half - 1 : half;
        return string.Concat(text.AsSpan(0, head), "\n…\n", text.AsSpan(text.Length - tail));
    }
}
