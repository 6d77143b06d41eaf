using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Nexus.Claude.Server.Models;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Sessions;
using Nexus.Claude.Server.Turns;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>The sessions on the real CLI with a scripted model: what one test needs.</summary>
internal sealed class Engine : IAsyncDisposable
{
    // Far above what any of it takes; it turns a hang into a failure that names the test.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public const string Model = "haiku";

    private readonly CancellationTokenSource _deadline = new(Patience, TimeProvider.System);
    private readonly ServiceProvider _services;
    private int _requests;

    private Engine(ScriptedMessagesApi api, Action<NexusClaudeServerOptions>? change)
    {
        Api = api;
        Environment = api.CreateEnvironment();
        var services = new ServiceCollection();
        services.AddNexusClaudeServer(options =>
        {
            options.Claude.CliPath = PinnedCli.ExecutablePath;
            options.Claude.InheritEnvironment = false;
            foreach (var (name, value) in Environment.Variables)
                options.Claude.Environment[name] = value;
            // Each test needs one or two; more would only keep the machine busy.
            options.Sessions.MinIdle = 0;
            change?.Invoke(options);
        });
        _services = services.BuildServiceProvider();
    }

    public ScriptedMessagesApi Api { get; }

    public HermeticCliEnvironment Environment { get; }

    public CancellationToken Deadline => _deadline.Token;

    public ISessionTurns Turns => _services.GetRequiredService<ISessionTurns>();

    public ISessionStatus Status => _services.GetRequiredService<ISessionStatus>();

    public IModelCatalog Models => _services.GetRequiredService<IModelCatalog>();

    public SessionStatistics Statistics => Status.Statistics;

    /// <summary>The requests that the API received for turns.</summary>
    public IReadOnlyList<RecordedRequest> Asked => Api.ConversationRequests;

    public static async Task<Engine> StartAsync(Action<NexusClaudeServerOptions>? change = null) => new(await ScriptedMessagesApi.StartAsync(), change);

    public static TurnMessage User(params IReadOnlyList<ContentBlock> content) => new(TurnRole.User, content);

    public static TurnMessage Assistant(params IReadOnlyList<ContentBlock> content) => new(TurnRole.Assistant, content);

    public static ToolUseBlock Call(string id, string name, string input = "{}") => new() { Id = id, Name = name, Input = Json(input) };

    public static ToolResultBlock ToolResult(string id, string text) => new() { ToolUseId = id, Content = [new TextBlock(text)] };

    public static ClientTool Tool(string name, string schema = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""") =>
        new(name, $"Does {name}.", Json(schema));

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public TurnRequest Request(params IReadOnlyList<TurnMessage> messages) => new()
    {
        RequestId = $"req_{Interlocked.Increment(ref _requests)}",
        Caller = Caller.Anonymous,
        Model = Model,
        System = "You are a test.",
        Messages = messages,
    };

    public Task<Reply> RunAsync(params IReadOnlyList<TurnMessage> messages) => RunAsync(Request(messages));

    public async Task<Reply> RunAsync(TurnRequest request)
    {
        List<TurnEvent> events = [];
        await foreach (var next in Turns.RunAsync(request, Deadline))
            events.Add(next);
        return new Reply(events);
    }

    /// <summary>Kills a process as an operating system does that runs out of memory, and waits until the pool knows.</summary>
    public async Task KillAsync(int processId)
    {
        using var process = System.Diagnostics.Process.GetProcessById(processId);
        process.Kill();
        await process.WaitForExitAsync(Deadline);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _deadline.Dispose();
        await Api.DisposeAsync();
        await Environment.DisposeAsync();
    }
}

/// <summary>What a turn brought.</summary>
internal sealed record Reply(IReadOnlyList<TurnEvent> Events)
{
    public TurnEvent.Began Began => (TurnEvent.Began)Events[0];

    public TurnEvent.Ended Ended => (TurnEvent.Ended)Events[^1];

    public string Text => string.Concat(Events.OfType<TurnEvent.TextDelta>().Select(static delta => delta.Text));

    public string Thinking => string.Concat(Events.OfType<TurnEvent.ThinkingDelta>().Select(static delta => delta.Text));

    public IReadOnlyList<TurnEvent.ToolCall> Calls => [.. Events.OfType<TurnEvent.ToolCall>()];

    public string ArgumentsOf(int call) => string.Concat(Events.OfType<TurnEvent.ToolArguments>().Where(part => part.Index == call).Select(static part => part.Json));

    /// <summary>The reply as a client sends it back.</summary>
    public TurnMessage Message => new(
        TurnRole.Assistant,
        [
            .. Text.Length > 0 ? new ContentBlock[] { new TextBlock(Text) } : [],
            .. Calls.Select(call => Engine.Call(call.Id, call.Name, ArgumentsOf(call.Index))),
        ]);
}
