using System.Text.Json;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Who an item is from.</summary>
internal enum ItemRole
{
    /// <summary>The operator's or the client's instructions.</summary>
    System,

    /// <summary>The same under OpenAI's newer name.</summary>
    Developer,

    /// <summary>The user, or the result of a tool that the user's side has run.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,
}

/// <summary>What an item is to OpenAI's clients.</summary>
internal enum ItemKind
{
    /// <summary>A message: text, images, files.</summary>
    Message,

    /// <summary>A call of a client's tool.</summary>
    FunctionCall,

    /// <summary>The result of a client's tool.</summary>
    FunctionCallOutput,

    /// <summary>What the model thought.</summary>
    Reasoning,
}

/// <summary>
/// One entry of a conversation's log: what OpenAI calls an item, with its content as Claude's blocks. A message has any number of blocks, every
/// other kind exactly one.
/// </summary>
/// <param name="Id">Its id, for example <c>msg_...</c>.</param>
/// <param name="Role">Who it is from.</param>
/// <param name="Content">What it says.</param>
internal sealed record ConversationItem(string Id, ItemRole Role, IReadOnlyList<ContentBlock> Content)
{
    /// <summary>What the item is to OpenAI's clients.</summary>
    public ItemKind Kind => KindOf(Content);

    /// <summary>About the number of bytes that it takes in memory.</summary>
    public long Size => 200 + Content.Sum(SizeOf);

    /// <summary>Makes an item with an id of its own.</summary>
    /// <param name="role">Who it is from.</param>
    /// <param name="content">What it says.</param>
    /// <returns>The item.</returns>
    public static ConversationItem Create(ItemRole role, IReadOnlyList<ContentBlock> content) => new(NewId(KindOf(content)), role, content);

    /// <summary>A new id.</summary>
    /// <param name="kind">What the item is.</param>
    /// <returns>The id, with the prefix that OpenAI's have.</returns>
    public static string NewId(ItemKind kind) => kind switch
    {
        ItemKind.FunctionCall => $"fc_{Guid.NewGuid():N}",
        ItemKind.FunctionCallOutput => $"fco_{Guid.NewGuid():N}",
        ItemKind.Reasoning => $"rs_{Guid.NewGuid():N}",
        _ => $"msg_{Guid.NewGuid():N}",
    };

    /// <summary>A message of a turn as items: one for each call, result and thought, one for what stands between them.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The items, in the order of the blocks.</returns>
    public static IEnumerable<ConversationItem> Of(TurnMessage message)
    {
        var role = message.Role == TurnRole.User ? ItemRole.User : ItemRole.Assistant;
        var said = new List<ContentBlock>();
        foreach (var block in message.Content)
        {
            if (KindOf([block]) == ItemKind.Message)
            {
                said.Add(block);
                continue;
            }

            if (said.Count > 0)
                yield return Create(role, [.. said]);
            said.Clear();
            yield return Create(role, [block]);
        }

        if (said.Count > 0)
            yield return Create(role, said);
    }

    private static ItemKind KindOf(IReadOnlyList<ContentBlock> content) => content is [var only]
        ? only switch
        {
            ToolUseBlock => ItemKind.FunctionCall,
            ToolResultBlock => ItemKind.FunctionCallOutput,
            ThinkingBlock or RedactedThinkingBlock => ItemKind.Reasoning,
            _ => ItemKind.Message,
        }
        : ItemKind.Message;

    private static long SizeOf(ContentBlock block) => block switch
    {
        TextBlock text => 2L * text.Text.Length,
        ThinkingBlock thinking => 2L * (thinking.Thinking.Length + (thinking.Signature?.Length ?? 0)),
        RedactedThinkingBlock redacted => 2L * redacted.Data.Length,
        ImageBlock image => SizeOf(image.Source),
        DocumentBlock document => SizeOf(document.Source),
        ToolUseBlock call => JsonSize(call.Input),
        ToolResultBlock result => result.Content.Sum(SizeOf),
        UnknownBlock unknown => JsonSize(unknown.Json),
        _ => 100,
    };

    private static long SizeOf(MediaSource source) => 100 + (2L * ((source.Data?.Length ?? 0) + (source.Url?.Length ?? 0)));

    private static long JsonSize(JsonElement json) => 100 + (2L * JsonMarshalLength(json));

    private static long JsonMarshalLength(JsonElement json) => System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(json).Length;
}
