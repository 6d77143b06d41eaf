using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Sessions;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Conversations;

/// <summary>The routes of conversations: OpenAI's, and the list of all that OpenAI's server lacks.</summary>
/// <param name="store">The conversations.</param>
/// <param name="transcripts">What agents did in them.</param>
/// <param name="options">What items may be like.</param>
/// <param name="time">The clock.</param>
internal sealed class ConversationRoutes(IConversationStore store, ITranscripts transcripts, IOptions<NexusClaudeServerOptions> options, TimeProvider time)
{
    private const int MostItemsAtOnce = 20;

    /// <summary><c>POST /v1/conversations</c>.</summary>
    /// <param name="context">The request; its body may be empty.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task CreateAsync(HttpContext context)
    {
        var body = await RequestBody.ReadAsync(context, mayBeEmpty: true).ConfigureAwait(false);
        var items = body.Find("items") is { } sent ? await ReadItemsAsync(sent, options.Value.Requests).ConfigureAwait(false) : [];
        var caller = context.Caller();
        var now = time.GetUtcNow();
        var conversation = new Conversation
        {
            Id = Conversation.NewId(),
            Owner = caller.KeyId,
            CreatedAt = now,
            UpdatedAt = now,
            Metadata = Metadata.Read(body),
            Model = body.Find("model")?.AsString(),
            ProjectPath = body.Find("project_path") is { } path ? WorkingDirectories.Resolve(caller, path.AsString(), path.Path) : null,
            ItemCount = items.Count,
        };
        await store.CreateAsync(conversation, items, context.RequestAborted).ConfigureAwait(false);
        await JsonReply.WriteAsync(context, writer => ConversationWriter.Write(writer, conversation)).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/conversations</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task ListAsync(HttpContext context)
    {
        var page = PageQuery.Read(context.Request, defaultLimit: 100);
        var found = await store.ListAsync(context.Caller().KeyId, page.After, page.Limit, page.NewestFirst, context.RequestAborted).ConfigureAwait(false);
        await JsonReply.WriteAsync(context, writer => ConversationWriter.WriteList(writer, found)).ConfigureAwait(false);
    }

    /// <summary><c>GET /v1/conversations/{id}</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task GetAsync(HttpContext context)
    {
        var id = Id(context);
        var found = await store.FindAsync(context.Caller().KeyId, id, context.RequestAborted).ConfigureAwait(false) ?? throw ConversationStep.NotFound(id);
        await JsonReply.WriteAsync(context, writer => ConversationWriter.Write(writer, found)).ConfigureAwait(false);
    }

    /// <summary><c>POST /v1/conversations/{id}</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task UpdateAsync(HttpContext context)
    {
        var id = Id(context);
        var metadata = Metadata.Read(await RequestBody.ReadAsync(context).ConfigureAwait(false));
        var found = await store.UpdateAsync(context.Caller().KeyId, id, metadata, context.RequestAborted).ConfigureAwait(false) ?? throw ConversationStep.NotFound(id);
        await JsonReply.WriteAsync(context, writer => ConversationWriter.Write(writer, found)).ConfigureAwait(false);
    }

    /// <summary><c>DELETE /v1/conversations/{id}</c>.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends with the response.</returns>
    public async Task DeleteAsync(HttpContext context)
    {
        var id = Id(context);
        var owner = context.Caller().KeyId;
        await transcripts.ForgetAsync(owner, id, context.RequestAborted).ConfigureAwait(false);
        if (!await store.DeleteAsync(owner, id, context.RequestAborted).ConfigureAwait(false))
            throw ConversationStep.NotFound(id);
        await JsonReply.WriteAsync(context, writer => ConversationWriter.WriteDeleted(writer, id)).ConfigureAwait(false);
    }

    internal static string Id(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    internal static async ValueTask<List<ConversationItem>> ReadItemsAsync(RequestValue sent, GatewayRequestOptions limits)
    {
        var items = await new ItemReader(limits).ReadAllAsync(sent).ConfigureAwait(false);
        return items.Count <= MostItemsAtOnce
            ? items
            : throw GatewayException.Invalid(
                sent.Path, $"At most {MostItemsAtOnce} items can be added at once; there are {items.Count}.", "array_above_max_length");
    }
}
