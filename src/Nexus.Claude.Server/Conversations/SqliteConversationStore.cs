using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Keeps conversations in one SQLite file, so that they outlive the process.</summary>
/// <param name="database">The file.</param>
/// <param name="options">How long they are kept.</param>
/// <param name="time">The clock.</param>
internal sealed class SqliteConversationStore(ConversationDatabase database, IOptions<NexusClaudeServerOptions> options, TimeProvider time)
    : IConversationStore
{
    private readonly TimeSpan _lifetime = options.Value.Conversations.Lifetime;

    /// <inheritdoc/>
    public async ValueTask CreateAsync(Conversation conversation, IReadOnlyList<ConversationItem> items, CancellationToken cancellationToken) =>
        await database.RunAsync<object?>(
            connection =>
            {
                using (var expired = Command(connection, "DELETE FROM conversation WHERE updated < $alive"))
                    expired.ExecuteNonQuery();
                using var command = Command(
                    connection, "INSERT INTO conversation VALUES($owner, $id, $created, $updated, $version, $body)", conversation.Owner, conversation.Id);
                Bind(command, conversation);
                command.ExecuteNonQuery();
                Insert(connection, conversation.Owner, conversation.Id, 0, items);
                return null;
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<Conversation?> FindAsync(string owner, string id, CancellationToken cancellationToken) =>
        database.RunAsync(connection => Find(connection, owner, id), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ConversationLog?> ReadAsync(string owner, string id, CancellationToken cancellationToken) => database.RunAsync(
        connection =>
        {
            if (Find(connection, owner, id) is not { } conversation)
                return null;
            using var command = Command(connection, "SELECT body FROM item WHERE owner = $owner AND conversation = $id ORDER BY position", owner, id);
            using var rows = command.ExecuteReader();
            var items = new List<ConversationItem>(conversation.ItemCount);
            while (rows.Read())
                items.Add(ItemJson.Read(rows.GetFieldValue<byte[]>(0)));
            return new ConversationLog(conversation, items);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ConversationPage> ListAsync(string owner, string? after, int limit, bool newestFirst, CancellationToken cancellationToken) =>
        database.RunAsync(
            connection =>
            {
                var (sign, direction) = newestFirst ? ("<", "DESC") : (">", "ASC");
                var behind = after is null
                    ? ""
                    : $"AND (created, id) {sign} ((SELECT created FROM conversation WHERE owner = $owner AND id = $id AND updated >= $alive), $id)";
                using var command = Command(
                    connection,
                    $"SELECT body FROM conversation WHERE owner = $owner AND updated >= $alive {behind} ORDER BY created {direction}, id {direction} LIMIT $limit",
                    owner,
                    after ?? "");
                command.Parameters.AddWithValue("$limit", limit + 1L);
                using var rows = command.ExecuteReader();
                var page = new List<Conversation>();
                while (rows.Read())
                    page.Add(ConversationJson.Read(rows.GetFieldValue<byte[]>(0)));
                return new ConversationPage([.. page.Take(limit)], page.Count > limit);
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Conversation?> UpdateAsync(
        string owner, string id, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) => database.RunAsync(
        connection => Find(connection, owner, id) is { } found
            ? Replace(connection, found with { Metadata = metadata, UpdatedAt = time.GetUtcNow() })
            : null,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Conversation?> ChangeAsync(string owner, string id, ConversationChange change, CancellationToken cancellationToken) =>
        database.RunAsync(
            connection =>
            {
                if (Find(connection, owner, id) is not { } found || found.Version != change.ExpectedVersion)
                    return null;
                var keep = Math.Min(change.Keep ?? found.ItemCount, found.ItemCount);
                if (keep < found.ItemCount)
                {
                    using var command = Command(
                        connection, "DELETE FROM item WHERE owner = $owner AND conversation = $id AND position >= $keep", owner, id);
                    command.Parameters.AddWithValue("$keep", keep);
                    command.ExecuteNonQuery();
                }

                Insert(connection, owner, id, keep, change.Items);
                return Replace(connection, found.With(change, time.GetUtcNow()));
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string owner, string id, CancellationToken cancellationToken) => database.RunAsync(
        connection =>
        {
            using var command = Command(connection, "DELETE FROM conversation WHERE owner = $owner AND id = $id AND updated >= $alive", owner, id);
            return command.ExecuteNonQuery() > 0;
        },
        cancellationToken);

    private static void Insert(SqliteConnection connection, string owner, string id, int position, IReadOnlyList<ConversationItem> items)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO item VALUES($owner, $id, $position, $body)";
        command.Parameters.AddWithValue("$owner", owner);
        command.Parameters.AddWithValue("$id", id);
        var (place, body) = (command.Parameters.Add("$position", SqliteType.Integer), command.Parameters.Add("$body", SqliteType.Blob));
        foreach (var item in items)
        {
            (place.Value, body.Value) = (position++, ItemJson.Write(item));
            command.ExecuteNonQuery();
        }
    }

    private static void Bind(SqliteCommand command, Conversation conversation)
    {
        command.Parameters.AddWithValue("$created", conversation.CreatedAt.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$updated", conversation.UpdatedAt.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$version", conversation.Version);
        command.Parameters.AddWithValue("$body", ConversationJson.Write(conversation));
    }

    private Conversation? Find(SqliteConnection connection, string owner, string id)
    {
        using var command = Command(connection, "SELECT body FROM conversation WHERE owner = $owner AND id = $id AND updated >= $alive", owner, id);
        return command.ExecuteScalar() is byte[] body ? ConversationJson.Read(body) : null;
    }

    private Conversation Replace(SqliteConnection connection, Conversation conversation)
    {
        using var command = Command(
            connection,
            "UPDATE conversation SET created = $created, updated = $updated, version = $version, body = $body WHERE owner = $owner AND id = $id",
            conversation.Owner,
            conversation.Id);
        Bind(command, conversation);
        command.ExecuteNonQuery();
        return conversation;
    }

    private SqliteCommand Command(SqliteConnection connection, string sql, string? owner = null, string? id = null)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$alive", (time.GetUtcNow() - _lifetime).ToUnixTimeMilliseconds());
        if (owner is not null)
            command.Parameters.AddWithValue("$owner", owner);
        if (id is not null)
            command.Parameters.AddWithValue("$id", id);
        return command;
    }
}
