using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nexus.Claude.Memory.Diagnostics;

namespace Nexus.Claude.Memory.Record;

/// <summary>
/// Listens to the hooks of sessions: what they say is recorded, and a prompt gets what is recalled for it. Whatever goes wrong here is
/// logged and the session goes on.
/// </summary>
internal sealed class SessionRecorder(Func<CancellationToken, Task<ClaudeMemory>> open, MemoryOptions options)
{
    private const int MostSessions = 1_000;

    // Far above what any of it takes, so that the CLI never sees a hook of ours fail.
    private static readonly TimeSpan HookTimeout = TimeSpan.FromSeconds(30);

    // The first prompt of a process opens the memory as well.
    private static readonly TimeSpan OpeningTime = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Entry> _sessions = new(StringComparer.Ordinal);
    private readonly ILogger _logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Nexus.Claude.Memory");

    // A generator that is too slow takes its own time and not that of the search by words.
    private TimeSpan RecallTime => options.RecallTimeout + (options.EmbeddingGenerator is null ? TimeSpan.Zero : options.EmbeddingTimeout);

    public void AttachTo(ClaudeOptions target)
    {
        if (!options.Enabled)
            return;
        target.Hooks.On(HookEvent.UserPromptSubmit, OnPromptAsync, HookTimeout, HookFailurePolicy.Continue);
        target.Hooks.On(HookEvent.PostToolUse, OnToolAsync, HookTimeout, HookFailurePolicy.Continue);
        target.Hooks.On(HookEvent.PostToolUseFailure, OnToolFailureAsync, HookTimeout, HookFailurePolicy.Continue);
        target.Hooks.On(HookEvent.Stop, OnStopAsync, HookTimeout, HookFailurePolicy.Continue);
    }

    internal async Task<UserPromptSubmitHookOutput?> OnPromptAsync(UserPromptSubmitHookInput input, CancellationToken cancellationToken)
    {
        // Commands, and what the CLI says to itself, are nobody's words.
        if (input.AgentId is not null || input.Prompt.StartsWith('/') || input.Source is "system" or "loop_wakeup" or "schedule_wakeup" or "poll_event"
            || input.Prompt.StartsWith("<task-notification", StringComparison.Ordinal))
            return null;

        string? context = null;
        var work = GuardAsync(input, async entry =>
        {
            // Recalled first: the prompt itself is no memory yet.
            context = await RecallAsync(entry, input, cancellationToken).ConfigureAwait(false);
            entry.Conversation.RecordUserMessage(input.Prompt);
        }, cancellationToken);
        try
        {
            await work.WaitAsync(RecallTime + OpeningTime, options.TimeProvider, cancellationToken).ConfigureAwait(false);
            return context is null ? null : UserPromptSubmitHookOutput.AddContext(context);
        }
        catch (TimeoutException)
        {
            // The file is kept by others. The prompt goes on, and is recorded when the file is free; the work logs what it ends with.
            _logger.RecallTooSlow(input.SessionId, RecallTime);
            return null;
        }
    }

    internal async Task<PostToolUseHookOutput?> OnToolAsync(PostToolUseHookInput input, CancellationToken cancellationToken)
    {
        if (input.AgentId is null && !IsOurs(input.ToolName))
        {
            await GuardAsync(input, entry =>
            {
                entry.Conversation.RecordToolResult(input.ToolName, input.ToolInput, TextOf(input.ToolResponse), isError: false, input.ToolUseId);
                return Task.CompletedTask;
            }, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    internal async Task<PostToolUseFailureHookOutput?> OnToolFailureAsync(PostToolUseFailureHookInput input, CancellationToken cancellationToken)
    {
        if (input.AgentId is null && !IsOurs(input.ToolName))
        {
            await GuardAsync(input, entry =>
            {
                entry.Conversation.RecordToolResult(input.ToolName, input.ToolInput, input.Error, isError: true, input.ToolUseId);
                return Task.CompletedTask;
            }, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    internal async Task<StopHookOutput?> OnStopAsync(StopHookInput input, CancellationToken cancellationToken)
    {
        if (input.AgentId is null)
        {
            await GuardAsync(input, entry =>
            {
                entry.Conversation.RecordAssistantMessage(input.LastAssistantMessage ?? "");
                entry.FlushNow = true;
                return Task.CompletedTask;
            }, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private async Task<string?> RecallAsync(Entry entry, UserPromptSubmitHookInput input, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var query = entry.Conversation.CurrentContext(input.Prompt) with
        {
            Reach = options.Reach,
            WorkingDirectory = input.WorkingDirectory.Length == 0 ? null : input.WorkingDirectory,
            ExceptConversationId = options.ExcludeCurrentConversation ? input.SessionId : null,
        };
        try
        {
            var context = await entry.Memory.GetContextAsync(query, limit.Token)
                .WaitAsync(RecallTime, options.TimeProvider, cancellationToken).ConfigureAwait(false);
            return context?.Text;
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync().ConfigureAwait(false);
            _logger.RecallTooSlow(input.SessionId, RecallTime);
            return null;
        }
        catch (MemoryStoreException failure)
        {
            // Recording may work all the same.
            _logger.SessionWithoutMemory(input.SessionId, failure);
            return null;
        }
    }

    private async Task GuardAsync(HookInput input, Func<Entry, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            var entry = await EntryOfAsync(input, cancellationToken).ConfigureAwait(false);
            // Tools run side by side, and so do their hooks.
            await entry.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await work(entry).ConfigureAwait(false);
                await entry.Memory.StoreMessagesAsync(entry.Conversation.TakePendingMessages(), cancellationToken).ConfigureAwait(false);
                if (entry.FlushNow)
                    await entry.Memory.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                entry.FlushNow = false;
                entry.Turn.Release();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // A memory that fails must not keep a session from going on: that is its promise.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _logger.SessionWithoutMemory(input.SessionId, failure);
        }
    }

    private async Task<Entry> EntryOfAsync(HookInput input, CancellationToken cancellationToken)
    {
        if (_sessions.TryGetValue(input.SessionId, out var known))
            return known;

        var memory = await open(cancellationToken).ConfigureAwait(false);
        string? directory = input.WorkingDirectory.Length == 0 ? null : input.WorkingDirectory;
        var conversation = memory.StartConversation(input.SessionId, directory);
        // A session that is resumed in another process goes on with its turns.
        var last = await memory.LoadConversationAsync(input.SessionId, 1, null, cancellationToken).ConfigureAwait(false);
        if (last.LastTurn >= 0)
            conversation.ResumeConversation(input.SessionId, directory, last.LastTurn + 1);

        if (_sessions.Count >= MostSessions)
        {
            foreach (var (id, _) in _sessions.OrderBy(pair => pair.Value.Started).Take(MostSessions / 10))
                _sessions.TryRemove(id, out _);
        }

        return _sessions.GetOrAdd(input.SessionId, new Entry(memory, conversation, options.TimeProvider.GetTimestamp()));
    }

    // What was found in the memory is in it already.
    private static bool IsOurs(string tool) =>
        tool.EndsWith(MemoryTools.SearchName, StringComparison.Ordinal) || tool.EndsWith(MemoryTools.GetName, StringComparison.Ordinal);

    private static string? TextOf(JsonElement? response)
    {
        if (response is not { } value)
            return null;
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return value.GetString();
            case JsonValueKind.Object:
                var text = new StringBuilder();
                foreach (string name in (string[])["stdout", "stderr", "content", "text", "result", "message"])
                {
                    if (value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String && member.GetString() is { Length: > 0 } part)
                        text.AppendLine(part);
                }

                return text.Length > 0 ? text.ToString() : value.GetRawText();
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return null;
            default:
                return value.GetRawText();
        }
    }

    private sealed class Entry(ClaudeMemory memory, ConversationMemory conversation, long started)
    {
        public ClaudeMemory Memory => memory;

        public ConversationMemory Conversation => conversation;

        public long Started => started;

        // Never disposed of: it has no handle until somebody asks for one.
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public bool FlushNow { get; set; }
    }
}
