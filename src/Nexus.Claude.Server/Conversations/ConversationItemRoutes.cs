using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Conversations;

/// <summary>The routes of a conversation's items. Changes wait for a running turn, as turns do for each other.</summary>
/// <param name="store">The conversations.</param>
/// <param name="leases">Let one at a time change a conversation.</param>
/// <param name="options">How many items there may be, and who waits.</param>
internal sealed class ConversationItemRoutes(IConversationStore store, ILeases leases, IOptions<NexusClaudeServerOptions> options)
{
    private readonly GatewayConversationOptions _options = options.Value.Conversations;

    /// <summary><c>GET /v1/conversations/{id}/items</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task ListAsync(HttpContext context)
    {
        var page = PageQuery.Read(context.Request);
        var log = await ReadAsync(context).ConfigureAwait(false);
        var (items, hasMore) = page.Of(log.Items);
        await WriteItemsAsync(context, items, hasMore).ConfigureAwait(false);
    }

    /// <summary><c>POST /v1/conversations/{id}/items</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task CreateAsync(HttpContext context)
    {
        var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var items = await ConversationRoutes.ReadItemsAsync(body.Get("items"), options.Value.Requests).ConfigureAwait(false);
        await ChangeAsync(context, log => new ConversationChange { ExpectedVersion = log.Conversation.Version, Items = items }).ConfigureAwait(false);
        await WriteItemsAsync(context, items, hasMore: false).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/conversations/{id}/items/{item}</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task GetAsync(HttpContext context)
    {
        var log = await ReadAsync(context).ConfigureAwait(false);
        var item = log.Items[IndexOf(log, context)];
        await JsonReply.WriteAsync(context, writer => ItemWriter.Write(writer, item, IncludesEncrypted(context))).ConfigureAwait(false);
    }

    /// <summary><c>DELETE /v1/conversations/{id}/items/{item}</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task DeleteAsync(HttpContext context)
    {
        var conversation = await ChangeAsync(
            context,
            log =>
            {
                var index = IndexOf(log, context);
                return new ConversationChange { ExpectedVersion = log.Conversation.Version, Keep = index, Items = [.. log.Items.Skip(index + 1)] };
            }).ConfigureAwait(false);
        await JsonReply.WriteAsync(context, writer => ConversationWriter.Write(writer, conversation)).ConfigureAwait(false);
    }

    /// <summary>Whether a request asks for what the API needs to take thoughts back.</summary>
    /// <param name="context">The request.</param>
    /// <returns>True when its query includes <c>reasoning.encrypted_content</c>.</returns>
    public static bool IncludesEncrypted(HttpContext context) =>
        context.Request.Query["include"].Concat(context.Request.Query["include[]"]).Contains("reasoning.encrypted_content");

    private static int IndexOf(ConversationLog log, HttpContext context)
    {
        var id = (string)context.Request.RouteValues["item"]!;
        for (var index = 0; index < log.Items.Count; index++)
        {
            if (log.Items[index].Id == id)
                return index;
        }

        throw GatewayException.NotFound($"The conversation '{log.Conversation.Id}' has no item '{id}'.", "item_not_found");
    }

    private static Task WriteItemsAsync(HttpContext context, IReadOnlyList<ConversationItem> items, bool hasMore)
    {
        var includeEncrypted = IncludesEncrypted(context);
        return JsonReply.WriteAsync(context, writer => ConversationWriter.WriteItems(writer, items, hasMore, includeEncrypted));
    }

    private async ValueTask<ConversationLog> ReadAsync(HttpContext context)
    {
        var id = ConversationRoutes.Id(context);
        return await store.ReadAsync(context.Caller().KeyId, id, context.RequestAborted).ConfigureAwait(false) ?? throw ConversationStep.NotFound(id);
    }

    private async ValueTask<Conversation> ChangeAsync(HttpContext context, Func<ConversationLog, ConversationChange> change)
    {
        var (owner, id) = (context.Caller().KeyId, ConversationRoutes.Id(context));
        await ReadAsync(context).ConfigureAwait(false);
        var lease = await ConversationStep.TakeAsync(leases, _options, owner, id, context.RequestAborted).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            var log = await ReadAsync(context).ConfigureAwait(false);
            var wanted = change(log);
            if ((wanted.Keep ?? log.Items.Count) + wanted.Items.Count > _options.MaxItems)
                throw ConversationStep.TooLong(id, _options.MaxItems);
            return await store.ChangeAsync(owner, id, wanted, context.RequestAborted).ConfigureAwait(false) ?? throw ConversationStep.Changed(id);
        }
    }
}
