using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Models;

/// <summary>The routes of the models. The objects carry OpenAI's members and Anthropic's, so that clients of both read them.</summary>
/// <param name="models">The models.</param>
internal sealed class ModelRoutes(IModelCatalog models)
{
    /// <summary>All models.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends when the answer is written.</returns>
    public async Task ListAsync(HttpContext context)
    {
        var allowed = context.Caller().Policy.Models;
        List<CatalogModel> all = [.. (await models.ListAsync(context.RequestAborted).ConfigureAwait(false)).Where(model => IsAllowed(model, allowed))];
        await WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "list"u8);
            json.WriteStartArray("data"u8);
            foreach (var model in all)
                Write(json, model);
            json.WriteEndArray();
            json.WriteBoolean("has_more"u8, false);
            json.WriteString("first_id"u8, all.Count > 0 ? all[0].Id : null);
            json.WriteString("last_id"u8, all.Count > 0 ? all[^1].Id : null);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary>One model.</summary>
    /// <param name="context">The request.</param>
    /// <param name="id">The model.</param>
    /// <returns>A task that ends when the answer is written.</returns>
    /// <exception cref="GatewayException">There is no such model.</exception>
    public async Task GetAsync(HttpContext context, string id)
    {
        // The server leaves an escaped slash as it is.
        id = Uri.UnescapeDataString(id);
        var model = await models.FindAsync(id, context.RequestAborted).ConfigureAwait(false) is { } found && IsAllowed(found, context.Caller().Policy.Models)
            ? found
            : throw GatewayException.NotFound($"The model '{id}' does not exist. GET /v1/models lists those there are.", "model_not_found", "model");
        await WriteAsync(context, json => Write(json, model)).ConfigureAwait(false);
    }

    /// <summary>A key sees the models that it may use.</summary>
    private static bool IsAllowed(CatalogModel model, IReadOnlySet<string>? allowed) =>
        allowed is null || allowed.Contains(model.Id) || allowed.Contains(model.CliName);

    private static void Write(Utf8JsonWriter json, CatalogModel model)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, model.Id);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, model.Created.ToUnixTimeSeconds());
        json.WriteString("owned_by"u8, "anthropic"u8);
        json.WriteString("type"u8, "model"u8);
        json.WriteString("display_name"u8, model.DisplayName);
        json.WriteString("created_at"u8, model.Created.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }
}
