using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Keeps documents in the SQLite file of the conversations.</summary>
/// <param name="database">The file.</param>
/// <param name="options">How long they are kept.</param>
/// <param name="time">The clock.</param>
internal sealed class SqliteDocumentStore(ConversationDatabase database, IOptions<NexusClaudeServerOptions> options, TimeProvider time) : IDocumentStore
{
    private readonly TimeSpan _lifetime = options.Value.Conversations.Lifetime;

    /// <inheritdoc/>
    public async ValueTask PutAsync(string owner, IReadOnlyList<(string Id, byte[] Body)> documents, CancellationToken cancellationToken) =>
        await database.RunAsync<object?>(
            connection =>
            {
                using (var expired = Command(connection, "DELETE FROM document WHERE expires <= $now"))
                    expired.ExecuteNonQuery();
                foreach (var (id, body) in documents)
                {
                    using var command = Command(connection, "INSERT OR REPLACE INTO document VALUES($owner, $id, $expires, $body)");
                    command.Parameters.AddWithValue("$owner", owner);
                    command.Parameters.AddWithValue("$id", id);
                    command.Parameters.AddWithValue("$expires", (time.GetUtcNow() + _lifetime).ToUnixTimeMilliseconds());
                    command.Parameters.AddWithValue("$body", body);
                    command.ExecuteNonQuery();
                }

                return null;
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<byte[]?> FindAsync(string owner, string id, CancellationToken cancellationToken) => database.RunAsync(
        connection =>
        {
            using var command = Command(connection, "SELECT body FROM document WHERE owner = $owner AND id = $id AND expires > $now");
            command.Parameters.AddWithValue("$owner", owner);
            command.Parameters.AddWithValue("$id", id);
            return command.ExecuteScalar() as byte[];
        },
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string owner, IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        await database.RunAsync<object?>(
            connection =>
            {
                foreach (var id in ids)
                {
                    using var command = Command(connection, "DELETE FROM document WHERE owner = $owner AND id = $id");
                    command.Parameters.AddWithValue("$owner", owner);
                    command.Parameters.AddWithValue("$id", id);
                    command.ExecuteNonQuery();
                }

                return null;
            },
            cancellationToken).ConfigureAwait(false);

    private SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$now", time.GetUtcNow().ToUnixTimeMilliseconds());
        return command;
    }
}
