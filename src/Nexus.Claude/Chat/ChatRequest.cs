using System.Text;
using Microsoft.Extensions.AI;

namespace Nexus.Claude.Chat;

/// <summary>One call of the chat client, in the terms of the CLI.</summary>
internal sealed class ChatRequest
{
    private readonly ChatOptions? _options;
    private readonly ClaudeOptions _base;

    private ChatRequest(IEnumerable<ChatMessage> messages, ChatOptions? options, ClaudeOptions own, bool verbatim)
    {
        _options = options;
        _base = options?.RawRepresentationFactory is null ? own : own.Clone();
        Verbatim = verbatim;
        ConversationId = ConversationOf(options?.ConversationId);
        Functions = ChatTools.FunctionsOf(options);
        Ignored = ChatSampling.IgnoredOf(options);
        (SystemText, var turns, Prompt) = Split(messages, options?.Instructions, ConversationId is null);
        History = [.. turns.Select(turn => turn.IsAssistant
            ? HistoryMessage.Assistant(turn.Content) with { Model = Model }
            : HistoryMessage.User(turn.Content) with { Verbatim = verbatim })];
    }

    /// <summary>The conversation to go on with; null begins one.</summary>
    public Guid? ConversationId { get; }

    /// <summary>The functions that the model may call.</summary>
    public List<AIFunction> Functions { get; }

    /// <summary>The names of the options that the CLI cannot do.</summary>
    public IReadOnlyList<string> Ignored { get; }

    /// <summary>What the system prompt is to say; null when nothing is said about it.</summary>
    public string? SystemText { get; }

    /// <summary>What was said before, oldest first.</summary>
    public IReadOnlyList<HistoryMessage> History { get; }

    /// <summary>What is to be answered.</summary>
    public IReadOnlyList<ContentBlock> Prompt { get; }

    /// <summary>Whether prompts are kept from expansion and commands.</summary>
    public bool Verbatim { get; }

    /// <summary>The model asked for; null for that of the options.</summary>
    public string? Model => _options?.ModelId ?? _base.Model;

    /// <summary>True when the answer is JSON, which the CLI gives apart from the text.</summary>
    public bool IsTyped => _options?.ResponseFormat is ChatResponseFormatJson || _base.OutputSchema is not null;

    /// <summary>True when an answer that reaches the limit on its length ends there; the CLI would ask the model to go on.</summary>
    public bool EndsAtLimit => _options?.MaxOutputTokens is not null;

    /// <summary>True when a conversation without a living CLI can be gone on with.</summary>
    public bool IsPersisted => _base.PersistSession;

    /// <summary>Reads a call.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="options">The call's options; null for none.</param>
    /// <param name="own">A copy of the client's options, which the request may keep.</param>
    /// <param name="client">The client, for what makes options of its own.</param>
    /// <param name="verbatim">Whether prompts are kept from expansion and commands.</param>
    /// <returns>The request.</returns>
    /// <exception cref="NotSupportedException">Something cannot be done by the CLI at all.</exception>
    public static ChatRequest Create(IEnumerable<ChatMessage> messages, ChatOptions? options, ClaudeOptions own, IChatClient client, bool verbatim)
    {
        if (options?.ContinuationToken is not null)
            throw new NotSupportedException("Answers in the background are not supported, so there is nothing to continue by a token.");
        if (options?.RawRepresentationFactory?.Invoke(client) is ClaudeOptions raw)
            own = raw;
        return new ChatRequest(messages, options, own, verbatim);
    }

    /// <summary>Everything that a CLI is told at its start and not again: a conversation whose CLI was told something else gets a new one.</summary>
    /// <param name="systemText">The system text in force.</param>
    /// <returns>The key.</returns>
    public string LaunchKey(string? systemText)
    {
        var key = new StringBuilder(systemText).Append('\u0003').Append(ChatTools.KeyOf(Functions)).Append('\u0003');
        key.Append(_options?.ToolMode is NoneChatToolMode ? "none" : "").Append('\u0003');
        if (_options?.ResponseFormat is ChatResponseFormatJson json)
            key.Append("json").Append(json.Schema?.GetRawText());
        return key.Append('\u0003').Append(ChatSampling.KeyOf(_options)).ToString();
    }

    /// <summary>The options to start a CLI with.</summary>
    /// <param name="services">What functions get as their services; null for none.</param>
    /// <param name="sessionId">The session's id.</param>
    /// <param name="resume">Whether the session exists.</param>
    /// <returns>The options, and the functions of the conversation.</returns>
    public (ClaudeOptions Options, ChatTools Tools) ToLaunch(IServiceProvider? services, Guid sessionId, bool resume)
    {
        var options = _base.Clone();
        options.Continue = false;
        options.ForkSession = false;
        options.ResumeSessionAt = null;
        options.ResumeDropsTurn = null;
        options.Resume = resume ? sessionId.ToString() : null;
        options.SessionId = resume ? null : sessionId;
        options.Model = Model;
        options.IncludePartialMessages = true;
        if (SystemText is not null)
            options.SystemPrompt = Combine(options.SystemPrompt, SystemText, resume);
        if (_options?.ResponseFormat is ChatResponseFormatJson json)
            options.OutputSchema = json.Schema is { } schema ? OutputSchema.FromElement(schema) : OutputSchema.Json("""{"type":"object"}""");
        if (_options?.ToolMode is NoneChatToolMode)
            options.Tools = ToolSet.None;
        ChatSampling.Apply(_options, options);
        return (options, ChatTools.AddTo(options, Functions, services));
    }

    private static Guid? ConversationOf(string? id)
    {
        if (string.IsNullOrWhiteSpace(id))
            return null;
        // The CLI would take anything else for the title of a session.
        return Guid.TryParse(id, out var guid)
            ? guid
            : throw new ArgumentException($"'{id}' is not the id of a conversation; use ChatResponse.ConversationId of an earlier answer.");
    }

    private static (string? System, IReadOnlyList<(bool IsAssistant, IReadOnlyList<ContentBlock> Content)> Turns, IReadOnlyList<ContentBlock> Prompt) Split(
        IEnumerable<ChatMessage> messages, string? instructions, bool begins)
    {
        var system = new List<string>();
        var turns = new List<(bool IsAssistant, List<ContentBlock> Content)>();
        foreach (var message in messages)
        {
            if (message.Role == ChatRole.System && turns.Count == 0)
            {
                system.Add(message.Text);
                continue;
            }

            // In the middle of a conversation the API knows no system message; the CLI's own form for such a thing is this one.
            var blocks = message.Role == ChatRole.System
                ? [new TextBlock($"<system-reminder>\n{message.Text}\n</system-reminder>")]
                : ChatContents.BlocksOf(message, ChatTools.FullName);
            if (blocks.Count == 0)
                continue;
            var isAssistant = message.Role == ChatRole.Assistant;
            if (turns is [.., var last] && last.IsAssistant == isAssistant)
                last.Content.AddRange(blocks);
            else
                turns.Add((isAssistant, blocks));
        }

        if (!string.IsNullOrWhiteSpace(instructions))
            system.Add(instructions);
        if (turns.Count == 0)
            throw new ArgumentException("There is no message to answer.", nameof(messages));
        // New models do not go on with what is put into their mouth, so they are asked to.
        if (turns[^1].IsAssistant)
            turns.Add((false, [new TextBlock("Continue.")]));
        if (begins && turns[0].IsAssistant)
            turns.Insert(0, (false, [new TextBlock("(The conversation begins.)")]));
        return (
            system.Count == 0 ? null : string.Join("\n\n", system),
            [.. turns[..^1].Select(static turn => (turn.IsAssistant, (IReadOnlyList<ContentBlock>)turn.Content))],
            turns[^1].Content);
    }

    private static SystemPrompt Combine(SystemPrompt? own, string text, bool resume) => own switch
    {
        SystemPrompt.ClaudeCodePrompt code => SystemPrompt.ClaudeCodeWith(code.Append is null ? text : $"{code.Append}\n\n{text}", code.ExcludeDynamicSections),
        // A session keeps the prompt it began with unless it is told not to.
        SystemPrompt.CustomPrompt custom => SystemPrompt.Custom([.. custom.Blocks.Where(static block => block.Length > 0), text], resume ? false : custom.Snapshot),
        SystemPrompt.PromptFile => throw new NotSupportedException(
            "A system message cannot be joined with SystemPrompt.File; read the file and use SystemPrompt.Custom, or leave the system message out."),
        _ => SystemPrompt.Custom(text, resume ? false : null),
    };
}
