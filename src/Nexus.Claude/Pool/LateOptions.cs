using System.Text.Json;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Pool;

/// <summary>
/// The options that a process usually gets on its command line and can as well be told when it runs. The model is sent the same either way.
/// </summary>
internal static class LateOptions
{
    /// <summary>A copy of options without what can be told later.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The copy.</returns>
    public static ClaudeOptions Without(ClaudeOptions options)
    {
        var generic = options.Clone();
        generic.Model = null;
        generic.Thinking = null;
        generic.Effort = null;
        if (CanSwitchTo(options.PermissionMode))
            generic.PermissionMode = null;
        return generic;
    }

    /// <summary>True when a CLI whose reply to <c>initialize</c> was this knows the model. One that does not would ask the API about it first.</summary>
    /// <param name="server">What the CLI says about itself.</param>
    /// <param name="model">The model; null for the default.</param>
    /// <returns>Whether the model can be set later.</returns>
    public static bool Knows(ServerInformation server, string? model) =>
        model is null || server.Models.Any(known => known.Value == model || known.ResolvedModel == model);

    /// <summary>Tells a running CLI.</summary>
    /// <param name="session">The session.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when all is in force.</returns>
    /// <exception cref="ProtocolException">The CLI refused.</exception>
    public static async Task ApplyAsync(Session session, ClaudeOptions options, CancellationToken cancellationToken)
    {
        if (options.Model is { } model)
            await AskAsync("set_model", json => json.WriteString("model"u8, model)).ConfigureAwait(false);
        if (options.Thinking is { } thinking)
            await AskAsync("set_max_thinking_tokens", json => Write(json, thinking)).ConfigureAwait(false);
        if (options.Effort is { } effort)
            await AskAsync("apply_flag_settings", json => Write(json, effort)).ConfigureAwait(false);
        if (options.PermissionMode is { } mode && CanSwitchTo(mode))
            await AskAsync("set_permission_mode", json => json.WriteString("mode"u8, mode.Value)).ConfigureAwait(false);

        Task AskAsync(string subtype, Action<Utf8JsonWriter> write) =>
            session.Control.RequestAsync(subtype, write, session.Settings.ControlRequestTimeout, cancellationToken);
    }

    /// <summary>The CLI goes over to <c>bypassPermissions</c> only if it was started for it.</summary>
    private static bool CanSwitchTo(PermissionMode? mode) => mode != PermissionMode.BypassPermissions;

    private static void Write(Utf8JsonWriter json, Thinking thinking)
    {
        if (thinking.IsDisabled)
            json.WriteNumber("max_thinking_tokens"u8, 0);
        else if (thinking.BudgetTokens is { } budget)
            json.WriteNumber("max_thinking_tokens"u8, budget);
        else
            json.WriteNull("max_thinking_tokens"u8);
        if (!thinking.IsDisabled && thinking.Display is { } display)
            json.WriteString("thinking_display"u8, display.Value);
    }

    private static void Write(Utf8JsonWriter json, EffortLevel effort)
    {
        json.WriteStartObject("settings"u8);
        json.WriteString("effortLevel"u8, effort.Value);
        json.WriteEndObject();
    }
}
