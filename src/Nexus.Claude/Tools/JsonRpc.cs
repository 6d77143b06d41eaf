using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Tools;

/// <summary>JSON-RPC messages as the CLI and the MCP library exchange them.</summary>
internal static class JsonRpc
{
    public const int InvalidRequest = -32600;
    public const int InternalError = -32603;

    private static readonly JsonTypeInfo<JsonRpcMessage> Contract = (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));
    private static readonly JsonTypeInfo<RequestId> IdContract = (JsonTypeInfo<RequestId>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(RequestId));

    /// <summary>Reads a message.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="message">The message.</param>
    /// <returns>False when it is none.</returns>
    public static bool TryRead(JsonElement json, [NotNullWhen(true)] out JsonRpcMessage? message)
    {
        message = null;
        if (json.ValueKind != JsonValueKind.Object)
            return false;
        try
        {
            message = json.Deserialize(Contract);
        }
        catch (JsonException)
        {
            return false;
        }

        return message is not null;
    }

    /// <summary>Writes a message as one JSON value.</summary>
    public static void Write(Utf8JsonWriter json, JsonRpcMessage message) => JsonSerializer.Serialize(json, message, Contract);

    /// <summary>Reads a result of an MCP server that the CLI passes on.</summary>
    /// <exception cref="ProtocolException">It is none.</exception>
    public static T Read<T>(ControlReply reply, string subtype)
    {
        try
        {
            return JsonSerializer.Deserialize(reply.Utf8.Span, (JsonTypeInfo<T>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(T))) ?? throw new JsonException("It is null.");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new ProtocolException($"The CLI's answer to the control request '{subtype}' is no {typeof(T).Name}: {failure.Message}", failure) { RequestSubtype = subtype };
        }
    }

    /// <summary>The id of a message that could not be read, so that whoever waits for its reply learns of it.</summary>
    public static RequestId IdOf(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("id", out var id))
            return default;
        if (id.ValueKind == JsonValueKind.String)
            return new RequestId(id.GetString()!);
        return id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number) ? new RequestId(number) : default;
    }

    /// <summary>Reads the id of a request out of parameters.</summary>
    public static RequestId? IdOf(JsonNode? id)
    {
        try
        {
            return id?.Deserialize(IdContract);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A reply that says that something went wrong outside of the server.</summary>
    public static JsonRpcError Error(RequestId id, int code, string message) =>
        new() { Id = id, Error = new JsonRpcErrorDetail { Code = code, Message = message } };

    /// <summary>The notification that takes a request back.</summary>
    public static JsonRpcNotification Cancelled(RequestId id) => new()
    {
        Method = NotificationMethods.CancelledNotification,
        Params = new JsonObject { ["requestId"] = JsonSerializer.SerializeToNode(id, IdContract), ["reason"] = "The request was withdrawn." },
    };
}
