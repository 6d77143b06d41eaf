using System.Text.Json;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Tools;

/// <summary>Asks the user on behalf of MCP servers (<c>elicitation</c>) and of the CLI (<c>request_user_dialog</c>). A handler that fails is a user who left.</summary>
/// <param name="options">The session's own copy of the options.</param>
internal sealed class UserQuestions(ClaudeOptions options) : ISessionFeature
{
    private readonly Func<ElicitationRequest, CancellationToken, ValueTask<ElicitationResponse>>? _elicit = options.OnElicitation;
    private readonly Func<UserDialogRequest, CancellationToken, ValueTask<UserDialogResponse>>? _show = options.OnUserDialog;
    private readonly HashSet<string> _kinds = [.. options.SupportedDialogKinds];
    private Session? _session;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Subtypes => [.. _elicit is null ? (string[])[] : ["elicitation"], .. _show is null ? (string[])[] : ["request_user_dialog"]];

    /// <inheritdoc/>
    public void Attach(Session session) => _session = session;

    /// <inheritdoc/>
    public Task<InboundReply> AnswerAsync(InboundRequest request, CancellationToken cancellationToken)
    {
        if (request.Subtype == "elicitation")
            return Task.Run(() => ElicitAsync(request, cancellationToken), CancellationToken.None);

        // One that was not declared is for another host of the session; an answer of ours would settle it as the user's.
        return request.Text("dialog_kind") is { } kind && _kinds.Contains(kind)
            ? Task.Run(() => ShowAsync(kind, request, cancellationToken), CancellationToken.None)
            : Task.FromResult(InboundReply.Silence);
    }

    private async Task<InboundReply> ElicitAsync(InboundRequest request, CancellationToken cancellationToken)
    {
        var response = ElicitationResponse.Cancel;
        try
        {
            response = await _elicit!(Read(request), cancellationToken).ConfigureAwait(false) ?? response;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            _session!.Settings.Logger.UserQuestionFailed("elicitation", failure);
        }

        return InboundReply.Success(json =>
        {
            json.WriteStartObject();
            json.WriteString("action"u8, response.Action);
            if (response.Content is { } content)
            {
                json.WritePropertyName("content"u8);
                content.WriteTo(json);
            }

            json.WriteEndObject();
        });
    }

    private async Task<InboundReply> ShowAsync(string kind, InboundRequest request, CancellationToken cancellationToken)
    {
        var response = UserDialogResponse.Cancelled;
        try
        {
            var dialog = new UserDialogRequest(kind, request.Member("payload")) { ToolUseId = request.Text("tool_use_id") };
            response = await _show!(dialog, cancellationToken).ConfigureAwait(false) ?? response;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            _session!.Settings.Logger.UserQuestionFailed(kind, failure);
        }

        return InboundReply.Success(json =>
        {
            json.WriteStartObject();
            json.WriteString("behavior"u8, response.Result is null ? "cancelled"u8 : "completed"u8);
            if (response.Result is { } result)
            {
                json.WritePropertyName("result"u8);
                if (result.ValueKind == JsonValueKind.Undefined)
                    json.WriteNullValue();
                else
                    result.WriteTo(json);
            }

            json.WriteEndObject();
        });
    }

    private static ElicitationRequest Read(InboundRequest request)
    {
        var schema = request.Member("requested_schema");
        var fields = request.Member("property_order");
        return new ElicitationRequest
        {
            ServerName = request.Text("mcp_server_name") ?? "",
            Message = request.Text("message") ?? "",
            Mode = request.Text("mode") is { } mode ? new ElicitationMode(mode) : ElicitationMode.Form,
            Url = request.Text("url"),
            ElicitationId = request.Text("elicitation_id"),
            RequestedSchema = schema.ValueKind == JsonValueKind.Object ? schema : null,
            Fields = fields.ValueKind == JsonValueKind.Array
                ? [.. fields.EnumerateArray().Where(field => field.ValueKind == JsonValueKind.String).Select(field => field.GetString()!)]
                : [.. FieldsOf(schema)],
            Title = request.Text("title"),
            DisplayName = request.Text("display_name"),
            Description = request.Text("description"),
        };
    }

    private static IEnumerable<string> FieldsOf(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            ? properties.EnumerateObject().Select(property => property.Name)
            : [];
}
