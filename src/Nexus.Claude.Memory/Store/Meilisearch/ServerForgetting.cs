namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>Deletes messages on the server, and what then nobody has said any more.</summary>
internal sealed class ServerForgetting(MeilisearchIndexes indexes)
{
    private const int AtOnce = 1_000;
    private static readonly string[] BySequence = ["seq:asc"];

    /// <summary>Forgets what the order says.</summary>
    /// <returns>How many messages were deleted.</returns>
    public async Task<int> RunAsync(ForgetOrder order, CancellationToken cancellationToken)
    {
        int deleted = 0;
        var conversations = new HashSet<string>(StringComparer.Ordinal);
        long after = -1;
        while (true)
        {
            var page = await indexes.ReadAsync(indexes.Messages,
                new DocumentsQuery { Filter = order.ToServerFilter(after), Sort = BySequence, Limit = AtOnce, Fields = MessageDocument.Stored },
                MeilisearchJson.Default.DocumentsAnswerMessageDocument, MeilisearchJson.Default.SearchAnswerMessageDocument, cancellationToken).ConfigureAwait(false);
            var matching = page.Results.Where(order.Matches).ToList();
            await DeleteAsync(indexes.Messages, [.. matching.Select(document => document.Id)], cancellationToken).ConfigureAwait(false);
            deleted += matching.Count;
            conversations.UnionWith(matching.Select(document => document.ConversationKey));
            if (page.Results.Count < AtOnce)
                break;
            after = page.Results[^1].Sequence;
        }

        foreach (string conversation in conversations)
            await SweepAsync(order.Scope, conversation, cancellationToken).ConfigureAwait(false);
        return deleted;
    }

    // The first words of a conversation are those of the first message that is still there.
    private async Task SweepAsync(MemoryScope scope, string conversation, CancellationToken cancellationToken)
    {
        var first = await indexes.ReadAsync(indexes.Messages, new DocumentsQuery
        {
            Filter = MeilisearchFilter.All(MeilisearchFilter.Equal("scope_key", DocumentKeys.Scope(scope)), MeilisearchFilter.Equal("conversation_key", conversation)),
            Sort = BySequence, Limit = 1, Fields = MessageDocument.Stored,
        }, MeilisearchJson.Default.DocumentsAnswerMessageDocument, MeilisearchJson.Default.SearchAnswerMessageDocument, cancellationToken).ConfigureAwait(false);
        if (first.Results.Count == 0)
        {
            await DeleteAsync(indexes.Conversations, [conversation], cancellationToken).ConfigureAwait(false);
            return;
        }

        var known = await indexes.Client.FetchDocumentsAsync(indexes.Conversations, new DocumentsQuery { Filter = MeilisearchFilter.Equal("id", conversation), Limit = 1 },
            MeilisearchJson.Default.DocumentsAnswerConversationDocument, cancellationToken).ConfigureAwait(false);
        string preview = BatchWriter.Preview(first.Results[0].Content);
        if (known.Results.Count == 0 || known.Results[0].Preview == preview)
            return;
        var task = await indexes.Client.UpdateDocumentsAsync(indexes.Conversations, [new PreviewChange(conversation, preview)],
            MeilisearchJson.Default.PreviewChangeArray, cancellationToken).ConfigureAwait(false);
        await indexes.Client.WaitForAsync(task, "the preview of a conversation", cancellationToken).ConfigureAwait(false);
    }

    private async Task DeleteAsync(string index, string[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
            return;
        var task = await indexes.Client.DeleteDocumentsAsync(index, ids, cancellationToken).ConfigureAwait(false);
        await indexes.Client.WaitForAsync(task, $"the deletion of {ids.Length} documents", cancellationToken).ConfigureAwait(false);
    }
}
