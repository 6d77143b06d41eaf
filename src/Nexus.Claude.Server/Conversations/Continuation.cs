using Nexus.Claude.Server.Sessions;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Conversations;

/// <summary>How a turn goes on from a conversation's log.</summary>
/// <param name="Request">The turn with the whole conversation as its messages.</param>
/// <param name="Keep">How many items of the log stay: all, but where the client goes back to an earlier place.</param>
/// <param name="NewItems">The items that the client adds.</param>
internal sealed record Continuation(TurnRequest Request, int Keep, IReadOnlyList<ConversationItem> NewItems)
{
    /// <summary>
    /// Puts a log before the messages of a turn. Clients send only what is new, or all that they remember, or its last part: what the log has
    /// already is not put there twice.
    /// </summary>
    /// <param name="log">The log.</param>
    /// <param name="request">The turn; its messages are the client's.</param>
    /// <returns>How it goes on.</returns>
    /// <exception cref="Errors.GatewayException">The two do not fit: a call has no result, or a result no call.</exception>
    public static Continuation Of(ConversationLog log, TurnRequest request)
    {
        var kept = new LogMessages(log.Items);
        var (stay, known) = Match(Keys(kept.Messages), Keys(request.Messages));
        var messages = new TurnMessages();
        foreach (var message in kept.Messages.Take(stay).Concat(request.Messages.Skip(known)))
            messages.Add(message, "messages");

        var added = request.Messages.Skip(known).SelectMany(ConversationItem.Of).ToList();
        if (log.Items.Count == 0 && request is { System: { } system, KeepsSystem: true })
            added.Insert(0, ConversationItem.Create(ItemRole.System, [new TextBlock(system)]));
        var turn = request with { Messages = messages.Complete("messages"), System = Join(kept.System, request) };
        return new Continuation(turn, stay < kept.Messages.Count ? kept.FirstItem(stay) : log.Items.Count, added);
    }

    /// <summary>
    /// Finds what the log and the client's messages have in common. The end of the log at the beginning of the messages is a client that sends
    /// what it remembers; the beginning of both, with a reply of the model in it, is one that went back to an earlier place, to ask otherwise or
    /// again: what came behind is taken off the log.
    /// </summary>
    /// <param name="log">The keys of the log's messages.</param>
    /// <param name="sent">The keys of the client's messages.</param>
    /// <returns>How many messages of the log stay, and how many of the client's are in them.</returns>
    internal static (int Stay, int Known) Match(IReadOnlyList<string> log, IReadOnlyList<string> sent)
    {
        var overlap = 0;
        for (var length = Math.Min(log.Count, sent.Count); length > 0 && overlap == 0; length--)
        {
            if (log.Skip(log.Count - length).SequenceEqual(sent.Take(length)))
                overlap = length;
        }

        var common = 0;
        while (common < Math.Min(log.Count, sent.Count) && log[common] == sent[common])
            common++;

        // The last message is what is to be answered: it is asked again, not known.
        common = Math.Min(common, sent.Count - 1);
        return common >= 2 && common > overlap ? (common, common) : (log.Count, overlap);
    }

    private static List<string> Keys(IReadOnlyList<TurnMessage> messages) => [.. messages.Select(static message => ConversationKey.After("", message))];

    // The client's system prompt holds for its turn; one that is not kept, a response's instructions, goes before what the conversation has.
    private static string? Join(string? kept, TurnRequest request) => (kept, request) switch
    {
        (_, { System: null }) => kept,
        (null, _) or (_, { KeepsSystem: true }) => request.System,
        _ => $"{request.System}\n\n{kept}",
    };
}
