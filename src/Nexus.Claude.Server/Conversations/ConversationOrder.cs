namespace Nexus.Claude.Server.Conversations;

/// <summary>The order of lists: by the time a conversation was made, then by its id, so that pages neither repeat nor lose one.</summary>
internal sealed class ConversationOrder : IComparer<Conversation>
{
    private ConversationOrder()
    {
    }

    /// <summary>Oldest first.</summary>
    public static ConversationOrder Oldest { get; } = new();

    /// <inheritdoc/>
    public int Compare(Conversation? x, Conversation? y)
    {
        var byTime = (x?.CreatedAt.ToUnixTimeMilliseconds() ?? 0).CompareTo(y?.CreatedAt.ToUnixTimeMilliseconds() ?? 0);
        return byTime != 0 ? byTime : string.CompareOrdinal(x?.Id, y?.Id);
    }
}
