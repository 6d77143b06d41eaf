using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>By which of the two entry points a test runs its prompt; what an option does must not depend on it.</summary>
public enum Entry
{
    /// <summary><see cref="ClaudeCode.QueryAsync(UserPrompt, ClaudeOptions?, CancellationToken)"/>.</summary>
    Query,

    /// <summary><see cref="ClaudeClient.ConnectAsync"/> and <see cref="ClaudeClient.SendAsync"/>.</summary>
    Client,
}

/// <summary>What one test needs for the real CLI: a scripted model, a scratch home, and options that point the CLI to both.</summary>
internal sealed class RealCli : IAsyncDisposable
{
    // Far above what any of it takes; it turns a hang into a failure that names the test.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly CancellationTokenSource _deadline = new(Patience, TimeProvider.System);

    private RealCli(ScriptedMessagesApi api)
    {
        Api = api;
        Environment = api.CreateEnvironment();
    }

    /// <summary>The model.</summary>
    public ScriptedMessagesApi Api { get; }

    /// <summary>The scratch folders.</summary>
    public HermeticCliEnvironment Environment { get; }

    /// <summary>Ends what hangs.</summary>
    public CancellationToken Deadline => _deadline.Token;

    public static async Task<RealCli> StartAsync() => new(await ScriptedMessagesApi.StartAsync());

    /// <summary>Fresh hermetic options.</summary>
    public ClaudeOptions NewOptions(Action<ClaudeOptions>? change = null)
    {
        var options = new ClaudeOptions
        {
            CliPath = PinnedCli.ExecutablePath,
            InheritEnvironment = false,
            WorkingDirectory = Environment.WorkingDirectory,
        };
        foreach (var (name, value) in Environment.Variables)
            options.Environment[name] = value;
        change?.Invoke(options);
        return options;
    }

    public Task<ClaudeClient> ConnectAsync(Action<ClaudeOptions>? change = null) => ClaudeClient.ConnectAsync(NewOptions(change), Deadline);

    public Task<List<ClaudeMessage>> QueryAsync(UserPrompt prompt, Action<ClaudeOptions>? change = null) =>
        ReadAsync(ClaudeCode.QueryAsync(prompt, NewOptions(change), Deadline));

    public Task<string> AskAsync(UserPrompt prompt, Action<ClaudeOptions>? change = null) =>
        ClaudeCode.AskAsync(prompt, NewOptions(change), Deadline);

    /// <summary>Runs one prompt by either entry point.</summary>
    public async Task<List<ClaudeMessage>> RunAsync(Entry entry, UserPrompt prompt, Action<ClaudeOptions>? change = null)
    {
        if (entry == Entry.Query)
            return await QueryAsync(prompt, change);
        await using var client = await ConnectAsync(change);
        return await ReadAsync(client.SendAsync(prompt, Deadline));
    }

    /// <summary>A file in the working folder.</summary>
    public string PathOf(string name) => Path.Combine(Environment.WorkingDirectory, name);

    public static async Task<List<ClaudeMessage>> ReadAsync(IAsyncEnumerable<ClaudeMessage> messages)
    {
        var list = new List<ClaudeMessage>();
        await foreach (var message in messages)
            list.Add(message);
        return list;
    }

    public async ValueTask DisposeAsync()
    {
        _deadline.Dispose();
        await Api.DisposeAsync();
        await Environment.DisposeAsync();
    }
}
