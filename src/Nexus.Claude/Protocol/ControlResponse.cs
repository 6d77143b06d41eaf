using System.Text.Json;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Protocol;

/// <summary>The CLI's answer to one of our control requests, read without a document for the reason given at <see cref="ControlReply"/>.</summary>
internal sealed class ControlResponse
{
    private ReadOnlyMemory<byte> _permissions;
    private ReadOnlyMemory<byte> _dialogs;
    private ReadOnlyMemory<byte> _elicitations;

    /// <summary>The request that is answered; null when the CLI does not say.</summary>
    public string? RequestId { get; private set; }

    /// <summary>True when the request was granted.</summary>
    public bool IsSuccess { get; private set; }

    /// <summary>Why it was refused; null when the CLI does not say.</summary>
    public string? Error { get; private set; }

    /// <summary>The same for programs; null when the CLI does not say.</summary>
    public string? ErrorCode { get; private set; }

    /// <summary>What is answered.</summary>
    public ControlReply Payload { get; private set; } = ControlReply.Bare;

    /// <summary>Arrays of the CLI's own requests that wait for their answer, each array as it came and none of them empty.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> PendingRequests
    {
        get
        {
            if (!_permissions.IsEmpty)
                yield return _permissions;
            if (!_dialogs.IsEmpty)
                yield return _dialogs;
            if (!_elicitations.IsEmpty)
                yield return _elicitations;
        }
    }

    /// <summary>Reads a whole <c>control_response</c> frame. Of members that are there twice the last one counts.</summary>
    /// <param name="line">The frame, in which everything is Unicode; parts of it are kept.</param>
    /// <returns>The answer; null when the frame has none.</returns>
    /// <exception cref="JsonException">The line is not JSON.</exception>
    public static ControlResponse? Read(ReadOnlyMemory<byte> line)
    {
        var reader = new JsonTokenReader(line.Span, JsonTokenReader.DeepestFrame);
        reader.Read();
        if (!MemberReader.Enter(ref reader))
            return null;
        ControlResponse? response = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("response"u8))
                response = reader.TokenType == JsonTokenType.StartObject ? ReadResponse(ref reader, line) : null;
            // Stays where it is at the end of an object that has been read.
            reader.Skip();
        }

        // Nothing but white space may follow.
        reader.Read();
        return response;
    }

    private static ControlResponse ReadResponse(ref JsonTokenReader reader, ReadOnlyMemory<byte> line)
    {
        var response = new ControlResponse();
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("request_id"u8))
                response.RequestId = Text(ref reader);
            else if (member.SequenceEqual("subtype"u8))
                response.IsSuccess = Text(ref reader) == "success";
            else if (member.SequenceEqual("error"u8))
                response.Error = Text(ref reader);
            else if (member.SequenceEqual("error_code"u8))
                response.ErrorCode = Text(ref reader);
            else if (member.SequenceEqual("response"u8))
                response.Payload = new ControlReply(Value(ref reader, line));
            else if (member.SequenceEqual("pending_permission_requests"u8))
                response._permissions = Array(ref reader, line);
            else if (member.SequenceEqual("pending_user_dialog_requests"u8))
                response._dialogs = Array(ref reader, line);
            else if (member.SequenceEqual("pending_elicitation_requests"u8))
                response._elicitations = Array(ref reader, line);
            else
                reader.Skip();
        }

        return response;
    }

    private static string? Text(ref JsonTokenReader reader)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        reader.Skip();
        return text;
    }

    private static ReadOnlyMemory<byte> Array(ref JsonTokenReader reader, ReadOnlyMemory<byte> line)
    {
        var start = reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return default;
        }

        // Usually there are none.
        if (!MemberReader.NextItem(ref reader))
            return default;
        do
            reader.Skip();
        while (MemberReader.NextItem(ref reader));
        return line.Slice(start, reader.Since(start).Length);
    }

    private static ReadOnlyMemory<byte> Value(ref JsonTokenReader reader, ReadOnlyMemory<byte> line)
    {
        var start = reader.TokenStartIndex;
        reader.Skip();
        return line.Slice(start, reader.Since(start).Length);
    }
}
