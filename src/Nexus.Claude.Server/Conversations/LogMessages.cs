using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Conversations;

/// <summary>A log as the messages of a turn, each with the item at which it begins.</summary>
internal sealed class LogMessages
{
    private readonly List<(TurnRole Role, List<ContentBlock> Content, int FirstItem)> _messages = [];

    /// <summary>Puts the items of a log together: user and assistant in turn, as <see cref="TurnMessages"/> does.</summary>
    /// <param name="items">The items.</param>
    public LogMessages(IReadOnlyList<ConversationItem> items)
    {
        var system = new List<string>();
        for (var index = 0; index < items.Count; index++)
        {
            var item = items[index];
            if (item.Role is not (ItemRole.System or ItemRole.Developer))
                Add(item.Role == ItemRole.Assistant ? TurnRole.Assistant : TurnRole.User, item.Content, index);
            else if (_messages.Count == 0)
                system.Add(TextOf(item));
            else
                Add(TurnRole.User, [TurnMessages.Reminder(TextOf(item))], index);
        }

        System = system.Count == 0 ? null : string.Join("\n\n", system);
        Messages = [.. _messages.Select(static message => new TurnMessage(message.Role, message.Content))];
    }

    /// <summary>The system texts at the head; null for none.</summary>
    public string? System { get; }

    /// <summary>The messages, oldest first.</summary>
    public IReadOnlyList<TurnMessage> Messages { get; }

    /// <summary>The item at which a message begins.</summary>
    /// <param name="message">The message's place.</param>
    /// <returns>The item's place.</returns>
    public int FirstItem(int message) => _messages[message].FirstItem;

    /// <summary>What an item says in words.</summary>
    /// <param name="item">The item.</param>
    /// <returns>Its texts, one below the other.</returns>
    public static string TextOf(ConversationItem item) => string.Join('\n', item.Content.OfType<TextBlock>().Select(static text => text.Text));

    private void Add(TurnRole role, IReadOnlyList<ContentBlock> content, int item)
    {
        if (_messages is [.., var last] && last.Role == role)
            last.Content.AddRange(content);
        else
            _messages.Add((role, [.. content], item));
    }
}
