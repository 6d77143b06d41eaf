using System.Text.Json;

namespace Nexus.Claude.Memory.Store;

/// <summary>Reads messages back.</summary>
internal static class MessageReader
{
    /// <summary>The columns that <see cref="Current"/> reads, of a query that joins message m, conversation c and partition p.</summary>
    public const string Columns =
        "m.id, c.key, m.key, m.role, m.turn, m.created_at, m.content, m.speaker, m.cwd, m.files, m.tool, m.flags, m.hash, m.tokens, c.cwd, p.project";

    public const string Tables = "message m JOIN conversation c ON c.id=m.conversation JOIN partition p ON p.id=c.partition";

    private const string ByRow = $"SELECT {Columns} FROM {Tables} WHERE m.id=?1";

    public static (MemoryMessage Message, MessageFlags Flags, long Hash, int Tokens)? Read(Database database, long row)
    {
        var statement = database.Prepare(ByRow).Bind(1, row);
        if (!statement.Step())
            return null;
        var read = Current(statement);
        statement.Reset();
        return read;
    }

    /// <summary>The message of the row that the statement stands on.</summary>
    public static (MemoryMessage Message, MessageFlags Flags, long Hash, int Tokens) Current(Statement row)
    {
        var flags = (MessageFlags)row.Long(11);
        string? directory = row.IsNull(8) ? row.TextOrNull(14) : row.Text(8);
        var message = new MemoryMessage
        {
            ConversationId = row.Text(1),
            Id = MessageKeys.Read(row, 2),
            Role = new MemoryRole(row.Text(3)),
            Turn = row.Int(4),
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Long(5)),
            Content = row.Text(6),
            Speaker = row.TextOrNull(7),
            WorkingDirectory = directory is "" ? null : directory,
            Files = row.IsNull(9) ? [] : JsonSerializer.Deserialize(row.Bytes(9), MemoryJson.Default.StringArray) ?? [],
            ToolName = row.TextOrNull(10),
            IsError = flags.HasFlag(MessageFlags.Error),
            Project = row.Text(15),
        };
        return (message, flags, row.Long(12), row.Int(13));
    }
}
