using System.Text.Json;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Responses;

/// <summary>Responses that can be asked for again, gone on from, and whose items can be referred to.</summary>
/// <param name="documents">Where they are kept.</param>
internal sealed class ResponseArchive(IDocumentStore documents)
{
    private const int LongestChain = 1000;

    /// <summary>Keeps a response.</summary>
    /// <param name="owner">Whose it is.</param>
    /// <param name="response">The response.</param>
    /// <returns>A task that ends when it is kept.</returns>
    public ValueTask KeepAsync(string owner, StoredResponse response) => documents.PutAsync(
        owner,
        [
            (response.Id, response.Write()),
            .. response.Input.Concat(response.Output).Select(static item => (ItemName(item.Id), ItemJson.Write(item))),
        ],
        CancellationToken.None);

    /// <summary>Looks a response up.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The response; null when the owner has none of that id.</returns>
    public async ValueTask<StoredResponse?> FindAsync(string owner, string id, CancellationToken cancellationToken) =>
        id.StartsWith(StoredResponse.IdPrefix, StringComparison.Ordinal)
        && await documents.FindAsync(owner, id, cancellationToken).ConfigureAwait(false) is { } body
            ? StoredResponse.Read(id, body)
            : null;

    /// <summary>Looks an item of a response up.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="id">The item's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The item; null when the owner has none of that id.</returns>
    public async ValueTask<ConversationItem?> FindItemAsync(string owner, string id, CancellationToken cancellationToken) =>
        await documents.FindAsync(owner, ItemName(id), cancellationToken).ConfigureAwait(false) is { } body ? ItemJson.Read(body) : null;

    /// <summary>All items up to and with a response.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="id">The response.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The items, oldest first.</returns>
    /// <exception cref="GatewayException">It, or one that it goes on from, is not there any more.</exception>
    public async ValueTask<IReadOnlyList<ConversationItem>> HistoryAsync(string owner, string id, CancellationToken cancellationToken)
    {
        var chain = new Stack<StoredResponse>();
        for (var next = id; next is not null; next = chain.Peek().PreviousId)
        {
            var found = chain.Count < LongestChain ? await FindAsync(owner, next, cancellationToken).ConfigureAwait(false) : null;
            chain.Push(found ?? throw GatewayException.Invalid(
                "previous_response_id",
                next == id
                    ? $"Previous response with id '{id}' not found. It was made with store false, was deleted, has expired, or belongs to another key."
                    : $"The response '{id}' goes on from '{next}', which was deleted, has expired, or is more than {LongestChain} responses back. Send the whole input.",
                "previous_response_not_found"));
        }

        return [.. chain.SelectMany(static response => response.Input.Concat(response.Output))];
    }

    /// <summary>Removes a response and its items.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="response">The response.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is gone.</returns>
    public ValueTask DeleteAsync(string owner, StoredResponse response, CancellationToken cancellationToken) =>
        documents.DeleteAsync(owner, [response.Id, .. response.Input.Concat(response.Output).Select(static item => ItemName(item.Id))], cancellationToken);

    private static string ItemName(string id) => $"item:{id}";
}

/// <summary>A response that is kept.</summary>
/// <param name="Id">Its id.</param>
/// <param name="PreviousId">The one it goes on from; null for none.</param>
/// <param name="Response">The response as its client got it.</param>
/// <param name="Input">Its own input.</param>
/// <param name="Output">Its output, with thoughts that the client was not shown.</param>
internal sealed record StoredResponse(
    string Id, string? PreviousId, ReadOnlyMemory<byte> Response, IReadOnlyList<ConversationItem> Input, IReadOnlyList<ConversationItem> Output)
{
    /// <summary>What ids begin with.</summary>
    public const string IdPrefix = "resp_";

    /// <summary>Reads a response.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="utf8">As written by <see cref="Write"/>.</param>
    /// <returns>The response.</returns>
    /// <exception cref="JsonException">It is something else.</exception>
    public static StoredResponse Read(string id, byte[] utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        var json = document.RootElement;
        return new StoredResponse(
            id,
            json.GetProperty("previous"u8).GetString(),
            Raw(json.GetProperty("response"u8)),
            ItemJson.ReadAll(Raw(json.GetProperty("input"u8))),
            ItemJson.ReadAll(Raw(json.GetProperty("output"u8))));
    }

    /// <summary>Writes the response.</summary>
    /// <returns>UTF-8 JSON.</returns>
    public byte[] Write() => JsonReply.ToUtf8(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("previous"u8, PreviousId);
        writer.WritePropertyName("response"u8);
        writer.WriteRawValue(Response.Span, skipInputValidation: true);
        WriteItems(writer, "input"u8, Input);
        WriteItems(writer, "output"u8, Output);
        writer.WriteEndObject();
    }).ToArray();

    private static void WriteItems(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<ConversationItem> items)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
            ItemJson.Write(writer, item);
        writer.WriteEndArray();
    }

    private static byte[] Raw(JsonElement json) => System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(json).ToArray();
}
