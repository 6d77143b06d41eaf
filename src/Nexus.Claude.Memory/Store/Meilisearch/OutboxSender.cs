using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Memory.Diagnostics;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>
/// Sends entries of the outbox and waits until the server has indexed them. What it refuses for good is found by halves and put aside, so that
/// one message stops no other.
/// </summary>
internal sealed class OutboxSender(Outbox outbox, MeilisearchIndexes indexes, ILogger logger)
{
    // A server that breaks on the same messages so often will not get over them.
    private const int MostAttempts = 3;

    private readonly ServerForgetting _forgetting = new(indexes);

    /// <summary>Sends the entries, all of one kind.</summary>
    /// <exception cref="MeilisearchException">The server takes nothing now.</exception>
    public async Task SendAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            if (entries[0].Kind == OutboxKind.Message)
                await SendMessagesAsync(entries, cancellationToken).ConfigureAwait(false);
            else
                await ForgetAsync(entries, cancellationToken).ConfigureAwait(false);
        }
        catch (MeilisearchException failure) when (IsMissingSetup(failure))
        {
            indexes.Reset();
            throw MeilisearchException.NotSetUp(indexes.Client.Address, failure);
        }
        catch (MeilisearchException failure) when (failure.IsInternal && entries.Any(entry => entry.Attempts + 1 < MostAttempts))
        {
            outbox.CountAttempt(entries);
            throw;
        }
        catch (MeilisearchException failure) when ((!failure.IsTransient && !failure.IsUnauthorized) || failure.IsInternal)
        {
            if (entries.Count == 1)
            {
                outbox.Park(entries[0], failure.Message);
                logger.MessageParked(failure.Code ?? "", failure);
                return;
            }

            await SendAsync([.. entries.Take(entries.Count / 2)], cancellationToken).ConfigureAwait(false);
            await SendAsync([.. entries.Skip(entries.Count / 2)], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>True when the indexes are not as they were made.</summary>
    public static bool IsMissingSetup(MeilisearchException failure) =>
        failure.Code is "index_not_found" or "invalid_search_filter" or "invalid_document_filter" or "invalid_search_sort" or "invalid_document_sort";

    private async Task ForgetAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var entry in entries)
        {
            if (Read(entry, MeilisearchJson.Default.ForgetOrder) is { } order)
            {
                await _forgetting.RunAsync(order, cancellationToken).ConfigureAwait(false);
                outbox.Remove([entry]);
            }
        }
    }

    private async Task SendMessagesAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        var messages = entries.Select(entry => (Entry: entry, Document: Read(entry, MeilisearchJson.Default.MessageDocument)!)).Where(message => message.Document is not null).ToList();
        if (messages.Count == 0)
            return;
        var known = await KnownMessagesAsync([.. messages.Select(message => message.Document.Id)], cancellationToken).ConfigureAwait(false);
        var conversations = await KnownConversationsAsync([.. messages.Select(message => message.Document.ConversationKey).Distinct()], cancellationToken).ConfigureAwait(false);

        var unplaced = new List<(OutboxEntry, MessageDocument)>();
        var ready = new List<MessageDocument>();
        foreach (var (entry, own) in messages)
        {
            // A conversation stays in the project it began in, wherever its commands go, and on whichever machine.
            if (!conversations.TryGetValue(own.ConversationKey, out var conversation))
                conversations.Add(own.ConversationKey, conversation = ConversationDocument.BeginsWith(own));
            conversations[own.ConversationKey] = conversation with { UpdatedAt = Math.Max(conversation.UpdatedAt, own.CreatedAt) };
            var document = own.Project == conversation.Project ? own : own.In(conversation.Project);

            if (!known.TryGetValue(own.Id, out var there) || there.Hash != own.Hash)
                unplaced.Add((entry, document));
            else if (own.Files is not null && !own.Files.SequenceEqual(there.Files ?? []))
                ready.Add(document with { Sequence = there.Sequence, Segment = there.Segment, Slot = there.Slot });
        }

        ready.AddRange(outbox.Place(unplaced));
        if (ready.Count > 0)
        {
            var task = await indexes.Client.AddDocumentsAsync(indexes.Messages, [.. ready], MeilisearchJson.Default.MessageDocumentArray, cancellationToken).ConfigureAwait(false);
            await indexes.Client.WaitForAsync(task, $"{ready.Count} messages", cancellationToken).ConfigureAwait(false);
            var update = await indexes.Client.AddDocumentsAsync(indexes.Conversations, [.. conversations.Values],
                MeilisearchJson.Default.ConversationDocumentArray, cancellationToken).ConfigureAwait(false);
            await indexes.Client.WaitForAsync(update, $"{conversations.Count} conversations", cancellationToken).ConfigureAwait(false);
        }

        outbox.Remove(messages.Select(message => message.Entry));
    }

    // What cannot be read is no message of this version: it stays where it is.
    private T? Read<T>(OutboxEntry entry, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Body, type);
        }
        catch (JsonException failure)
        {
            outbox.Park(entry, $"It cannot be read: {failure.Message}");
            logger.MessageParked("unreadable", failure);
            return null;
        }
    }

    private async Task<Dictionary<string, MessageDocument>> KnownMessagesAsync(string[] ids, CancellationToken cancellationToken)
    {
        var answer = await indexes.Client.FetchDocumentsAsync(indexes.Messages,
            new DocumentsQuery { Filter = MeilisearchFilter.In("id", ids), Limit = ids.Length, Fields = ["id", "hash", "files", "seq", "segment", "slot"] },
            MeilisearchJson.Default.DocumentsAnswerMessageDocument, cancellationToken).ConfigureAwait(false);
        return answer.Results.ToDictionary(document => document.Id, StringComparer.Ordinal);
    }

    private async Task<Dictionary<string, ConversationDocument>> KnownConversationsAsync(string[] keys, CancellationToken cancellationToken)
    {
        var answer = await indexes.Client.FetchDocumentsAsync(indexes.Conversations, new DocumentsQuery { Filter = MeilisearchFilter.In("id", keys), Limit = keys.Length },
            MeilisearchJson.Default.DocumentsAnswerConversationDocument, cancellationToken).ConfigureAwait(false);
        return answer.Results.ToDictionary(document => document.Id, StringComparer.Ordinal);
    }
}
