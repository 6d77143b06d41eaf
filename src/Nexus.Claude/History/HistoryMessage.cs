namespace Nexus.Claude;

/// <summary>Something that was said before a conversation began here: see <see cref="ClaudeClient.AddHistoryAsync"/>.</summary>
public sealed record HistoryMessage
{
    private HistoryMessage(bool isAssistant, IReadOnlyList<ContentBlock> content)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.Count == 0)
            throw new ArgumentException("A message needs at least one content block.", nameof(content));
        IsAssistant = isAssistant;
        Content = content;
    }

    /// <summary>True when the model said it, false when the user did.</summary>
    public bool IsAssistant { get; }

    /// <summary>What was said.</summary>
    public IReadOnlyList<ContentBlock> Content { get; }

    /// <summary>The model that said it; null for one that is not known. Has no meaning for a message of the user.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// True keeps the CLI from expanding <c>@file</c> and running slash commands in a text of the user's; null follows
    /// <see cref="ClaudeOptions.VerbatimPrompts"/>. Messages of the model are always taken as they are.
    /// </summary>
    public bool? Verbatim { get; init; }

    /// <summary>What the user said: text, images, documents, results of tools.</summary>
    /// <param name="content">The content, in its order. A string is a text.</param>
    /// <returns>The message.</returns>
    /// <exception cref="ArgumentException">There is no content.</exception>
    public static HistoryMessage User(params IReadOnlyList<ContentBlock> content) => new(false, content);

    /// <summary>What the model said: text, calls of tools, thinking with its signature.</summary>
    /// <param name="content">The content, in its order. A string is a text.</param>
    /// <returns>The message.</returns>
    /// <exception cref="ArgumentException">There is no content.</exception>
    public static HistoryMessage Assistant(params IReadOnlyList<ContentBlock> content) => new(true, content);
}
