using System.Globalization;

namespace Nexus.Claude.Memory.Store;

/// <summary>Ids of messages as they are kept: the sixteen bytes of an id that is a UUID, the text of any other.</summary>
internal static class MessageKeys
{
    public static void Bind(Statement statement, int index, string id)
    {
        if (Guid.TryParseExact(id, "D", out var guid) && guid.ToString("D", CultureInfo.InvariantCulture) == id)
        {
            Span<byte> bytes = stackalloc byte[16];
            guid.TryWriteBytes(bytes);
            statement.BindBlob(index, bytes);
        }
        else
        {
            statement.Bind(index, id);
        }
    }

    public static string Read(Statement statement, int column) =>
        statement.IsBlob(column) ? new Guid(statement.Bytes(column)).ToString("D", CultureInfo.InvariantCulture) : statement.Text(column);
}
