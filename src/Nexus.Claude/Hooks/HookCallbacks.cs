using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Hooks;

/// <summary>
/// Registers the hooks of a session with the CLI and answers its calls. A hook that guards something and fails answers with a refusal:
/// an error in its place would count as no opinion, and what it guards would happen (protocol.md 5.1).
/// </summary>
internal sealed class HookCallbacks : ISessionFeature
{
    /// <summary>
    /// How much longer the CLI waits than the handler may take. Its clock starts earlier than ours, and a refusal that says why is worth more than
    /// its own word that the host did not answer.
    /// </summary>
    private static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Hook> _hooks = [];
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>Makes the hooks' part in a session.</summary>
    /// <param name="hooks">The hooks.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">The log.</param>
    public HookCallbacks(IEnumerable<Hook> hooks, TimeProvider timeProvider, ILogger logger)
    {
        foreach (var hook in hooks)
            _hooks.Add($"hook_{_hooks.Count}", hook);
        _timeProvider = timeProvider;
        _logger = logger;
    }

    public IReadOnlyCollection<string> Subtypes => ["hook_callback"];

    public bool MustBeConfirmed => true;

    public void WriteInitialize(Utf8JsonWriter json)
    {
        json.WriteStartObject("hooks"u8);
        foreach (var hooks in _hooks.GroupBy(static entry => entry.Value.Event))
        {
            json.WriteStartArray(hooks.Key.Value);
            foreach (var (id, hook) in hooks)
                WriteMatcher(json, id, hook);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public void Confirm(ControlReply reply)
    {
        if (reply.Flag("hooks_applied"u8) == false)
        {
            throw new ProtocolException(
                "The Claude Code CLI did not take over the hooks of ClaudeOptions.Hooks, so nothing that they guard would be guarded, and the session was "
                + "ended. It has been initialised by somebody else before; start a CLI of its own for this session.");
        }

        if (reply.Flag("hook_on_failure_supported"u8) != true && _hooks.Values.Any(static hook => hook.BlocksOnFailure))
            _logger.HookFailurePolicyUnknown();
    }

    public Task<InboundReply> AnswerAsync(InboundRequest request, CancellationToken cancellationToken)
    {
        var id = request.Text("callback_id");
        if (id is null || !_hooks.TryGetValue(id, out var hook))
        {
            _logger.HookUnknown(id);
            return Task.FromResult(InboundReply.Refused($"No hook callback found for ID: {id}"));
        }

        return Task.Run(() => RunAsync(id, hook, request, cancellationToken), CancellationToken.None);
    }

    private static void WriteMatcher(Utf8JsonWriter json, string id, Hook hook)
    {
        json.WriteStartObject();
        if (!string.IsNullOrEmpty(hook.Matcher))
            json.WriteString("matcher"u8, hook.Matcher);
        json.WriteStartArray("hookCallbackIds"u8);
        json.WriteStringValue(id);
        json.WriteEndArray();
        json.WriteNumber("timeout"u8, (long)Math.Ceiling((hook.Timeout + AnswerGrace).TotalSeconds));
        if (hook.BlocksOnFailure)
            json.WriteString("onFailure"u8, "block"u8);
        json.WriteEndObject();
    }

    private async Task<InboundReply> RunAsync(string id, Hook hook, InboundRequest request, CancellationToken cancellationToken)
    {
        byte[] answer;
        try
        {
            var input = hook.Read(request.Member("input"));
            input.CallId = request.Text("tool_use_id");
            answer = Check(hook, await CallAsync(hook, input, cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure)
        {
            // Whatever the caller's code throws is its failure and must not pass for an opinion.
            _logger.HookFailed(hook.Event.Value, id, hook.BlocksOnFailure ? "refused" : "let go ahead", failure);
            answer = hook.BlocksOnFailure ? Serialize(Refusal(hook, failure)) : "{}"u8.ToArray();
        }

        return InboundReply.Success(json => json.WriteRawValue(answer, skipInputValidation: true));
    }

    /// <summary>Calls the handler and leaves it behind when it outlasts its time or its call.</summary>
    private async Task<HookOutput?> CallAsync(Hook hook, HookInput input, CancellationToken cancellationToken)
    {
        // Not disposed: a handler that was left behind may still use its token.
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var call = Task.Run(() => hook.HandleAsync(input, stop.Token), CancellationToken.None);
        try
        {
            return await call.WaitAsync(hook.Timeout, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            // Registrations on the token are the caller's code; how they end is of no account to the answer.
            Task.Run(stop.CancelAsync, CancellationToken.None).Observe();
            throw new TimeoutException($"it did not answer within {hook.Timeout.TotalSeconds:0.###} s (Hook.Timeout)");
        }
        finally
        {
            call.Observe();
        }
    }

    private static byte[] Check(Hook hook, HookOutput? output)
    {
        if (output is null)
            return "{}"u8.ToArray();
        var mistake = output.AnsweredEvent is { } answered && answered != hook.Event
            ? $"it answered with the output of {answered}"
            : output.FindMistake();
        if (mistake is not null)
            throw new InvalidOperationException($"its answer is invalid: {mistake}");
        return Serialize(output);
    }

    private static HookOutput Refusal(Hook hook, Exception failure)
    {
        var reason = $"A hook of the host program for {hook} failed, so this was not allowed: {failure.Message}";
        return HookEvents.Find(hook.Event.Value)?.Refuse?.Invoke(reason)
            ?? RawHookOutput.Parse($$"""{"decision":"block","reason":"{{JsonEncodedText.Encode(reason)}}"}""");
    }

    private static byte[] Serialize(HookOutput output)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
            output.Write(json);
        return buffer.WrittenSpan.ToArray();
    }
}
