using Nexus.Claude;
using Nexus.Claude.Memory;

namespace MemoryChat;

/// <summary>One conversation with Claude at a time. What is recorded and recalled is the work of the hooks that UseMemory added to the options.</summary>
internal sealed class Chat(ClaudeMemory memory, ClaudeOptions options) : IAsyncDisposable
{
    private ClaudeClient? _client;

    /// <summary>The session, which is the memory's conversation as well.</summary>
    public string Conversation { get; private set; } = Guid.CreateVersion7().ToString();

    public int Turns { get; private set; }

    public decimal CostUsd { get; private set; }

    /// <summary>What was put beside the last prompt, with the reasons; null when nothing fitted.</summary>
    public RecalledContext? Recalled { get; private set; }

    /// <summary>Sends the prompt and prints the answer as it comes.</summary>
    public async Task SayAsync(string prompt, CancellationToken cancellationToken)
    {
        _client ??= await ConnectAsync(cancellationToken);

        // The hook asks the memory the very same, and the same question gets the same bytes.
        Recalled = await memory.GetContextAsync(
            new MemoryQuery(prompt) { WorkingDirectory = Directory.GetCurrentDirectory(), ExceptConversationId = Conversation }, cancellationToken);
        if (Recalled is not null)
            Console.WriteLine($"({Recalled.Items.Count} recalled, {Recalled.Tokens} tokens: /context)");

        var turn = _client.SendAsync(prompt, cancellationToken);
        await foreach (string text in turn.TextAsync(cancellationToken))
            Console.Write(text);
        Console.WriteLine();

        var result = await turn.ResultAsync(cancellationToken);
        Turns++;
        CostUsd = result.SessionCostUsd;
        if (!result.IsSuccess)
            Console.WriteLine($"The turn failed: {result}");
    }

    /// <summary>Begins a conversation that knows nothing of this one but what is recalled.</summary>
    public async Task ClearAsync()
    {
        await DisposeAsync();
        options.Resume = null;
        Conversation = Guid.CreateVersion7().ToString();
        (Turns, CostUsd, Recalled) = (0, 0, null);
    }

    /// <summary>Takes up a conversation again.</summary>
    /// <returns>False when Claude Code has no transcript of it any more: then a new one has begun, which recalls the old one.</returns>
    public async Task<bool> ResumeAsync(string conversation, CancellationToken cancellationToken)
    {
        await ClearAsync();
        options.Resume = conversation;
        options.SessionId = null;
        try
        {
            _client = await ClaudeClient.ConnectAsync(options, cancellationToken);
            Conversation = conversation;
            return true;
        }
        catch (CliExitedException)
        {
            options.Resume = null;
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is { } client)
            await client.DisposeAsync();
        _client = null;
    }

    private Task<ClaudeClient> ConnectAsync(CancellationToken cancellationToken)
    {
        options.SessionId = Guid.Parse(Conversation);
        return ClaudeClient.ConnectAsync(options, cancellationToken);
    }
}
