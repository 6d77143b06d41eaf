using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>
/// Names a conversation by what it consists of, so that a request finds the process that already holds its beginning: a hash over the
/// caller, what a process is told at its start, and each message in turn. What the model said is compared without white space and without
/// thinking, because clients trim, join and leave out; what the user said counts to the letter.
/// </summary>
internal static class ConversationKey
{
    /// <summary>The key of a conversation without messages.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The key.</returns>
    public static string Root(TurnRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, request.Caller.KeyId);
        Add(hash, request.Model);
        Add(hash, request.System);
        Add(hash, request.IsAgent ? "agent" : "chat");
        Add(hash, request.IsAgent ? request.WorkingDirectory : null);
        Add(hash, request.IsAgent && request.Caller.Policy.AgentTools is { } allowed ? string.Join('\n', allowed) : null);
        foreach (var tool in request.Tools.OrderBy(static tool => tool.Name, StringComparer.Ordinal))
        {
            Add(hash, tool.Name);
            Add(hash, tool.Description);
            Add(hash, tool.Schema.ValueKind == JsonValueKind.Undefined ? null : tool.Schema.GetRawText());
        }

        return End(hash);
    }

    /// <summary>The key of a conversation that is longer by one message.</summary>
    /// <param name="before">The key so far.</param>
    /// <param name="message">The message.</param>
    /// <returns>The key.</returns>
    public static string After(string before, TurnMessage message)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, before);
        if (message.Role == TurnRole.Assistant)
        {
            Add(hash, "assistant");
            AddReply(hash, message.Content);
        }
        else
        {
            Add(hash, "user");
            foreach (var block in message.Content)
                AddBlock(hash, block);
        }

        return End(hash);
    }

    private static void AddReply(IncrementalHash hash, IReadOnlyList<ContentBlock> content)
    {
        var text = new StringBuilder();
        foreach (var block in content.OfType<TextBlock>())
        {
            foreach (var character in block.Text)
            {
                if (!char.IsWhiteSpace(character))
                    text.Append(character);
            }
        }

        Add(hash, text.ToString());
        foreach (var call in content.OfType<ToolUseBlock>())
        {
            Add(hash, call.Id);
            Add(hash, call.Name);
            Add(hash, Sorted(call.Input));
        }
    }

    private static void AddBlock(IncrementalHash hash, ContentBlock block)
    {
        Add(hash, block.Type);
        switch (block)
        {
            case TextBlock text:
                Add(hash, text.Text);
                break;
            case ImageBlock image:
                AddSource(hash, image.Source);
                break;
            case DocumentBlock document:
                AddSource(hash, document.Source);
                Add(hash, document.Title);
                Add(hash, document.Context);
                break;
            case ToolResultBlock result:
                Add(hash, result.ToolUseId);
                Add(hash, result.IsError ? "error" : "");
                foreach (var part in result.Content)
                    AddBlock(hash, part);
                break;
            default:
                Add(hash, block.ToString());
                break;
        }
    }

    private static void AddSource(IncrementalHash hash, MediaSource source)
    {
        Add(hash, source.Type);
        Add(hash, source.MediaType);
        Add(hash, source.Data ?? source.Url ?? source.FileId);
    }

    /// <summary>Arguments with sorted members: a client parses them and writes them anew.</summary>
    private static string Sorted(JsonElement value)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            WriteSorted(json, value);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteSorted(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    WriteSorted(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    WriteSorted(json, item);
                json.WriteEndArray();
                break;
            case JsonValueKind.Undefined:
                json.WriteNullValue();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    /// <summary>Each part with its length before it, so that no two lists of parts look alike.</summary>
    private static void Add(IncrementalHash hash, string? part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, part?.Length ?? -1);
        hash.AppendData(length);
        if (part is { Length: > 0 })
            hash.AppendData(Encoding.UTF8.GetBytes(part));
    }

    private static string End(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());
}
