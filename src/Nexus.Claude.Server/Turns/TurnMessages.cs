using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Turns;

/// <summary>
/// Puts a conversation together in the form that the CLI takes (gateway.md 5.1): user and assistant in turn, system texts at the head apart,
/// every result of a tool behind its call.
/// </summary>
/// <param name="continuesConversation">
/// True when a conversation kept by this server goes before the messages: they may then begin with results of tools that were called there, or
/// with what the model said there. <see cref="Conversations.ConversationStep"/> puts the two together and checks the whole.
/// </param>
internal sealed class TurnMessages(bool continuesConversation = false)
{
    private readonly List<string> _system = [];
    private readonly List<(TurnRole Role, List<ContentBlock> Content)> _messages = [];
    private readonly HashSet<string> _openCalls = new(StringComparer.Ordinal);

    /// <summary>The system prompt: all system texts before the first message; null for none.</summary>
    public string? System => _system.Count == 0 ? null : string.Join("\n\n", _system);

    /// <summary>The ids of tool calls that have no result yet.</summary>
    public IReadOnlyCollection<string> OpenCalls => _openCalls;

    /// <summary>Adds a system or developer message. Behind the first message it becomes a reminder at its place.</summary>
    /// <param name="text">The text.</param>
    public void AddSystem(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return;
        if (_messages.Count == 0)
            _system.Add(text);
        else
            Add(TurnRole.User, [Reminder(text)]);
    }

    /// <summary>A system text in the middle of a conversation, as the model is used to seeing one.</summary>
    /// <param name="text">The text.</param>
    /// <returns>A block of the user's message at that place.</returns>
    public static TextBlock Reminder(string text) => new($"<system-reminder>\n{text}\n</system-reminder>");

    /// <summary>Adds what the user says.</summary>
    /// <param name="content">Text, images, documents.</param>
    /// <param name="param">The request's member it comes from, for errors.</param>
    /// <exception cref="GatewayException">Calls before it have no results.</exception>
    public void AddUser(IReadOnlyList<ContentBlock> content, string param)
    {
        RequireResults(param);
        Add(TurnRole.User, content);
    }

    /// <summary>Adds what the assistant said.</summary>
    /// <param name="content">Text, thinking with its signature, tool calls.</param>
    /// <param name="param">The request's member it comes from, for errors.</param>
    /// <exception cref="GatewayException">Calls before it have no results, or two calls have one id.</exception>
    public void AddAssistant(IReadOnlyList<ContentBlock> content, string param)
    {
        RequireResults(param);
        if (_messages.Count == 0 && !continuesConversation)
            Add(TurnRole.User, [new TextBlock("(conversation start)")]);
        foreach (var call in content.OfType<ToolUseBlock>())
        {
            if (!_openCalls.Add(call.Id))
                throw GatewayException.Invalid(param, $"The tool call id '{call.Id}' appears twice. Give each call an id of its own.");
        }

        Add(TurnRole.Assistant, content);
    }

    /// <summary>Adds the result of a tool call.</summary>
    /// <param name="result">The result, with the call's id.</param>
    /// <param name="param">The request's member it comes from, for errors.</param>
    /// <exception cref="GatewayException">There is no such call before it.</exception>
    public void AddToolResult(ToolResultBlock result, string param)
    {
        if (!_openCalls.Remove(result.ToolUseId) && !continuesConversation)
        {
            throw GatewayException.Invalid(
                param, $"The tool call id '{result.ToolUseId}' belongs to no tool call of the assistant's message before it, or was answered already.");
        }

        Add(TurnRole.User, [result]);
    }

    /// <summary>Adds a message that was put together already.</summary>
    /// <param name="message">The message.</param>
    /// <param name="param">The request's member it comes from, for errors.</param>
    /// <exception cref="GatewayException">Calls have no results, or results no calls.</exception>
    public void Add(TurnMessage message, string param)
    {
        if (message.Role == TurnRole.Assistant)
        {
            AddAssistant(message.Content, param);
            return;
        }

        // The results come first, as the API wants them.
        foreach (var result in message.Content.OfType<ToolResultBlock>())
            AddToolResult(result, param);
        var said = message.Content.Where(static block => block is not ToolResultBlock).ToArray();
        if (said.Length > 0)
            AddUser(said, param);
    }

    /// <summary>Ends the conversation, so that the model can answer.</summary>
    /// <param name="param">The request's member that has the messages, for errors.</param>
    /// <returns>The messages; the last one is the user's.</returns>
    /// <exception cref="GatewayException">There are none, or calls have no results.</exception>
    public IReadOnlyList<TurnMessage> Complete(string param)
    {
        RequireResults(param);
        if (_messages.Count == 0)
        {
            throw GatewayException.Invalid(
                param, _system.Count == 0 ? $"'{param}' is empty; there is nothing to answer." : $"'{param}' has system messages only; add a user message.");
        }

        // New models take no beginning of a reply from the client.
        if (_messages[^1].Role == TurnRole.Assistant)
            Add(TurnRole.User, [new TextBlock("Continue.")]);
        return [.. _messages.Select(static message => new TurnMessage(message.Role, message.Content))];
    }

    private void Add(TurnRole role, IReadOnlyList<ContentBlock> content)
    {
        if (content.Count == 0)
            return;
        if (_messages is [.., var last] && last.Role == role)
            last.Content.AddRange(content);
        else
            _messages.Add((role, [.. content]));
    }

    private void RequireResults(string param)
    {
        if (_openCalls.Count == 0)
            return;
        throw GatewayException.Invalid(
            param,
            $"An assistant message with tool calls must be followed by a result for each: {string.Join(", ", _openCalls.Order(StringComparer.Ordinal))} have none.");
    }
}
