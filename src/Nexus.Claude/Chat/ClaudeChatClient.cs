using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Chat;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude;

/// <summary>
/// The Claude Code CLI as an <see cref="IChatClient"/>. A call without <see cref="ChatOptions.ConversationId"/> is a conversation of its own
/// that begins with the messages given; one with the id of an earlier answer goes on with that conversation and needs the new messages only.
/// </summary>
/// <remarks>
/// <para>
/// Thread-safe: each conversation has its own CLI, so calls do not wait for each other; two calls to one conversation run one after the other.
/// A few conversations stay alive for their next message (<see cref="ClaudeChatOptions"/>); others go on from their transcript, at the cost of
/// a start.
/// </para>
/// <para>
/// The CLI runs tools itself: functions of <see cref="ChatOptions.Tools"/> in this program, built-in tools as <see cref="ClaudeOptions"/> say.
/// Their calls and results are in the answer as <see cref="FunctionCallContent"/> (with <see cref="FunctionCallContent.InformationalOnly"/>
/// set, so that <c>UseFunctionInvocation</c> leaves them alone) and <see cref="FunctionResultContent"/>.
/// </para>
/// <para>
/// Without a <see cref="ClaudeOptions.SystemPrompt"/>, system messages and <see cref="ChatOptions.Instructions"/> take the place of Claude
/// Code's own prompt; with one they are added to it. Set <see cref="ClaudeOptions.Tools"/> to <see cref="ToolSet.None"/> for plain chat.
/// </para>
/// </remarks>
public sealed class ClaudeChatClient : IChatClient, IAsyncDisposable
{
    private readonly Func<ClaudeOptions> _options;
    private readonly ClaudeChatOptions _chat;
    private readonly IServiceProvider? _services;
    private readonly Conversations _conversations;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <summary>Creates a chat client. Nothing is started until the first call.</summary>
    /// <param name="options">
    /// The options of every conversation; null for the defaults. What names a session (<see cref="ClaudeOptions.Resume"/> and its like) has
    /// no effect here.
    /// </param>
    /// <param name="chatOptions">How conversations are treated; null for the defaults.</param>
    /// <param name="services">What functions get as <see cref="AIFunctionArguments.Services"/>; null for nothing.</param>
    public ClaudeChatClient(ClaudeOptions? options = null, ClaudeChatOptions? chatOptions = null, IServiceProvider? services = null)
        : this(Copies(options), chatOptions ?? new ClaudeChatOptions(), services)
    {
    }

    internal ClaudeChatClient(Func<ClaudeOptions> options, ClaudeChatOptions chatOptions, IServiceProvider? services)
    {
        _options = options;
        _chat = chatOptions;
        _services = services;
        var first = options();
        _time = first.TimeProvider;
        _logger = SilentLogger.Or(first.LoggerFactory);
        _conversations = new Conversations(chatOptions, _time, _logger);
    }

    /// <summary>Sends messages and waits for the answer.</summary>
    /// <param name="messages">The whole history, or, with <see cref="ChatOptions.ConversationId"/>, what is new.</param>
    /// <param name="options">The call's options; null for none.</param>
    /// <param name="cancellationToken">Interrupts the turn; the conversation stays usable.</param>
    /// <returns>The answer: texts, calls and results of tools, usage.</returns>
    /// <exception cref="ClaudeResultException">The turn ended with an error; derived types tell the API, the budget and the turn limit apart.</exception>
    /// <exception cref="NotSupportedException">A message or a tool is of a kind that the CLI cannot take.</exception>
    /// <exception cref="CliExitedException">The CLI ended before it answered, for example because the conversation does not exist.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
            updates.Add(update);
        var response = updates.ToChatResponse();
        if (updates is [.., var last])
        {
            // The result, which is about the whole answer and not about its last message.
            response.RawRepresentation = last.RawRepresentation;
            response.AdditionalProperties = last.AdditionalProperties;
        }

        return response;
    }

    /// <summary>Sends messages and streams the answer while it is written. Leaving the loop early interrupts the turn.</summary>
    /// <inheritdoc cref="GetResponseAsync"/>
    /// <returns>The updates.</returns>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync([.. messages], options, cancellationToken);
    }

    /// <summary>
    /// This object, its <see cref="ChatClientMetadata"/>, or, with the id of a conversation as the key, the <see cref="ClaudeClient"/> that
    /// serves it at present.
    /// </summary>
    /// <param name="serviceType">The type.</param>
    /// <param name="serviceKey">The id of a conversation for a <see cref="ClaudeClient"/>; null for the others.</param>
    /// <returns>The object; null when there is none.</returns>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return serviceType == typeof(ClaudeClient) && Guid.TryParse(serviceKey.ToString(), out var id) ? _conversations.Find(id) : null;
        if (serviceType == typeof(ChatClientMetadata))
            return new ChatClientMetadata("anthropic", null, _options().Model);
        return serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Ends all conversations at once. <see cref="DisposeAsync"/> lets the CLIs write what they have.</summary>
    public void Dispose()
    {
        _conversations.Kill();
        _conversations.DisposeAsync().AsTask().Observe();
    }

    /// <summary>Ends all conversations in order.</summary>
    /// <returns>A task that ends when nothing of them is left.</returns>
    public ValueTask DisposeAsync() => _conversations.DisposeAsync();

    private static Func<ClaudeOptions> Copies(ClaudeOptions? options)
    {
        var own = options?.Clone() ?? new ClaudeOptions();
        return own.Clone;
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        List<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = ChatRequest.Create(messages, options, _options(), this, _chat.VerbatimPrompts);
        if (request.Ignored.Count > 0)
            _logger.ChatOptionsIgnored(string.Join(", ", request.Ignored));
        var seat = await _conversations.TakeAsync(request.ConversationId ?? Guid.NewGuid(), cancellationToken).ConfigureAwait(false);
        try
        {
            var conversation = await OpenAsync(seat, request, cancellationToken).ConfigureAwait(false);
            await conversation.Client.AddHistoryAsync(request.History, cancellationToken).ConfigureAwait(false);
            var turn = conversation.Client.SendAsync(new UserPrompt(request.Prompt) { Verbatim = request.Verbatim }, cancellationToken);
            var id = request.IsPersisted || _chat.MaxLiveConversations > 0 ? seat.Id.ToString() : null;
            var updates = new ChatUpdates(id, turn.PromptId, request, conversation.Tools, _time);
            await foreach (var message in turn.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                foreach (var update in updates.Of(message))
                {
                    if (updates.IsComplete && request.Ignored.Count > 0)
                        (update.AdditionalProperties ??= [])["ignored_options"] = request.Ignored;
                    yield return update;
                }

                // Leaving the turn interrupts it.
                if (updates.IsComplete)
                    break;
            }
        }
        finally
        {
            _conversations.Release(seat);
        }
    }

    /// <summary>The conversation's CLI: the living one if it was started for such a call, else one that goes on from the transcript, or a new one.</summary>
    private async Task<Conversation> OpenAsync(Conversations.Seat seat, ChatRequest request, CancellationToken cancellationToken)
    {
        if (seat.Conversation is { } alive)
        {
            if (alive.Fits(request))
            {
                if (request.Model is { } model && model != alive.Model)
                {
                    await alive.Client.SetModelAsync(model, cancellationToken).ConfigureAwait(false);
                    alive.Model = model;
                }

                alive.Tools.Use(request.Functions);
                return alive;
            }

            _logger.ConversationRestarted(seat.Id);
            await Conversations.EndAsync(seat).ConfigureAwait(false);
        }

        var (launch, tools) = request.ToLaunch(_services, seat.Id, resume: request.ConversationId is not null);
        var client = await ClaudeClient.ConnectAsync(launch, cancellationToken).ConfigureAwait(false);
        return seat.Conversation = new Conversation(client, request.LaunchKey(request.SystemText), request.SystemText, request.Model, tools);
    }
}
