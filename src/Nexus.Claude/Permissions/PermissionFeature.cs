using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Permissions;

/// <summary>
/// Puts the CLI's permission questions to the caller's callback. Whatever goes wrong on the way is a denial in the protocol's own words, so
/// that the model learns of it: only an explicit allowance lets a tool run.
/// </summary>
internal sealed class PermissionFeature : ISessionFeature
{
    private static readonly string[] Handled = ["can_use_tool"];

    private readonly Func<ToolPermissionRequest, CancellationToken, ValueTask<PermissionDecision>> _callback;
    private readonly TimeSpan? _timeout;
    private readonly IReadOnlyList<string> _shadows;
    private ILogger _logger = SilentLogger.Instance;
    private TimeProvider _time = TimeProvider.System;

    /// <summary>Makes the feature.</summary>
    /// <param name="options">Options with a callback.</param>
    public PermissionFeature(ClaudeOptions options)
    {
        _callback = options.CanUseTool ?? throw new ArgumentException("There is no callback.", nameof(options));
        _timeout = options.PermissionTimeout;
        _shadows = CallbackShadow.Find(options);
    }

    public IReadOnlyCollection<string> Subtypes => Handled;

    public void Attach(Session session)
    {
        _logger = session.Settings.Logger;
        _time = session.Settings.TimeProvider;
        foreach (var shadow in _shadows)
            _logger.PermissionCallbackShadowed(shadow);
    }

    public Task<InboundReply> AnswerAsync(InboundRequest request, CancellationToken cancellationToken) =>
        Task.Run(() => DecideAsync(request.Body, cancellationToken), CancellationToken.None);

    private async Task<InboundReply> DecideAsync(JsonElement body, CancellationToken cancellationToken)
    {
        ToolPermissionRequest request;
        try
        {
            request = ToolPermissionRequest.Read(body);
        }
        catch (JsonException failure)
        {
            _logger.PermissionCallbackFailed("(none)", failure);
            return Reply(PermissionDecision.Deny("The host did not understand the permission request, so the tool was not run."), new ToolPermissionRequest { ToolName = "" });
        }

        return Reply(await AskAsync(request, cancellationToken).ConfigureAwait(false), request);
    }

    private async Task<PermissionDecision> AskAsync(ToolPermissionRequest request, CancellationToken withdrawn)
    {
        // Not in a using: a callback that is left behind may still look at its token.
        var stop = CancellationTokenSource.CreateLinkedTokenSource(withdrawn);
        var callback = CallAsync(request, stop.Token);
        try
        {
            var decision = await callback.WaitAsync(_timeout ?? Timeout.InfiniteTimeSpan, _time, withdrawn).ConfigureAwait(false);
            if (decision is not null)
                return decision;
            _logger.PermissionCallbackUndecided(request.ToolName);
            return PermissionDecision.Deny("The host's permission check came to no decision, so the tool was not run.");
        }
        catch (TimeoutException) when (!callback.IsFaulted)
        {
            LeaveBehind(callback, stop, request.ToolName);
            _logger.PermissionTimedOut(request.ToolName, _timeout!.Value);
            return PermissionDecision.Deny($"The host did not decide within {_timeout.Value.TotalSeconds:0.###} s, so the tool was not run.");
        }
        catch (Exception) when (withdrawn.IsCancellationRequested)
        {
            LeaveBehind(callback, stop, request.ToolName);
            throw;
        }
        catch (Exception failure)
        {
            // The kind of the failure and no more: what an exception says may be none of the model's business.
            _ = callback.Exception;
            _logger.PermissionCallbackFailed(request.ToolName, failure);
            return PermissionDecision.Deny($"The host's permission check failed ({failure.GetType().Name}), so the tool was not run.");
        }
    }

    /// <summary>A callback may also throw before its first await.</summary>
    private async Task<PermissionDecision?> CallAsync(ToolPermissionRequest request, CancellationToken cancellationToken) =>
        await _callback(request, cancellationToken).ConfigureAwait(false);

    /// <summary>Nobody waits for the callback any more: it is told so, and how it ends is seen but has no effect.</summary>
    private void LeaveBehind(Task callback, CancellationTokenSource stop, string tool) => _ = Task.Run(async () =>
    {
        try
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException failure)
        {
            _logger.CancellationCallbackFailed(failure);
        }

        try
        {
            await callback.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // As it was told.
        }
        catch (Exception failure)
        {
            _logger.PermissionCallbackFailed(tool, failure);
        }
    });

    private static InboundReply Reply(PermissionDecision decision, ToolPermissionRequest request) =>
        InboundReply.Success(json => decision.Write(json, request));
}
