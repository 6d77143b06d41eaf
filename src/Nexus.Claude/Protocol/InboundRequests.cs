using System.Text.Json;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Protocol;

/// <summary>
/// Control requests of the CLI to us. Each is answered exactly once, off the read loop; what this SDK cannot do is refused in the
/// protocol's own way, so that the CLI never waits for an answer that does not come.
/// </summary>
/// <param name="writer">The CLI's stdin.</param>
internal sealed class InboundRequests(LineWriter writer)
{
    /// <summary>How many ids are remembered. The CLI delivers a request again within moments, if at all.</summary>
    private const int RememberedIds = 1024;

    /// <summary>Subtypes that the protocol wants left alone by a host that does not handle them: an answer would settle the matter (protocol.md 4.1).</summary>
    private static readonly HashSet<string> Silent =
    [
        "request_user_dialog", "remote_tool_call", "remote_plumbing_call", "remote_tools_probe", "remote_tools_reannounce",
    ];

    private readonly Lock _gate = new();
    private readonly HashSet<string> _taken = [];
    private readonly Queue<string> _oldestTaken = new();

    /// <summary>Takes a request. Returns at once.</summary>
    /// <param name="frame">The whole <c>control_request</c> frame.</param>
    public void Accept(JsonElement frame)
    {
        var id = ControlChannel.TextOf(frame, "request_id");
        var subtype = frame.TryGetProperty("request", out var request) ? ControlChannel.TextOf(request, "subtype") : null;
        if (subtype is not null && Silent.Contains(subtype))
            return;
        if (id is not null)
        {
            // The CLI may deliver a request again; one answer is enough.
            if (!Take(id))
                return;
        }

        _ = AnswerAsync(id, subtype);
    }

    private bool Take(string id)
    {
        lock (_gate)
        {
            if (!_taken.Add(id))
                return false;
            _oldestTaken.Enqueue(id);
            if (_oldestTaken.Count > RememberedIds)
                _taken.Remove(_oldestTaken.Dequeue());
            return true;
        }
    }

    private async Task AnswerAsync(string? id, string? subtype)
    {
        try
        {
            await writer.WriteAsync(subtype == "elicitation" ? Decline(id) : Refuse(id, subtype)).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The CLI no longer reads; the session reports its end.
        }
    }

    private static ReadOnlyMemory<byte> Decline(string? id) => JsonLine.Write(json =>
    {
        WriteHead(json, id, "success"u8);
        json.WriteStartObject("response"u8);
        json.WriteString("action"u8, "decline"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static ReadOnlyMemory<byte> Refuse(string? id, string? subtype) => JsonLine.Write(json =>
    {
        WriteHead(json, id, "error"u8);
        json.WriteString("error"u8, $"Unsupported control request subtype: {subtype ?? "(none)"}");
        json.WriteString("error_code"u8, "unsupported_request"u8);
        json.WriteEndObject();
    });

    private static void WriteHead(Utf8JsonWriter json, string? id, ReadOnlySpan<byte> outcome)
    {
        json.WriteString("type"u8, "control_response"u8);
        json.WriteStartObject("response"u8);
        json.WriteString("subtype"u8, outcome);
        if (id is not null)
            json.WriteString("request_id"u8, id);
    }
}
