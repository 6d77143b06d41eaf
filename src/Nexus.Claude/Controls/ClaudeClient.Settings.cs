using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Controls;

namespace Nexus.Claude;

/// <summary>What the running session is set to: thinking, effort, settings, credentials.</summary>
public sealed partial class ClaudeClient
{
    /// <summary>
    /// Changes how many tokens the model may spend on thinking, from the next request to the model on. That is for models that take a budget.
    /// Newer ones decide for themselves: some can be switched off by 0 (<see cref="ModelInformation.SupportsThinkingOff"/>), others ignore it;
    /// see <see cref="SetEffortAsync"/>.
    /// </summary>
    /// <param name="maxThinkingTokens">The most tokens a thought may take, 0 for no thinking; null goes back to what the session was started with.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A task that ends when the change holds.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public Task SetMaxThinkingTokensAsync(int? maxThinkingTokens, CancellationToken cancellationToken = default)
    {
        if (maxThinkingTokens is { } tokens)
            ArgumentOutOfRangeException.ThrowIfNegative(tokens, nameof(maxThinkingTokens));
        return RequestAsync(
            "set_max_thinking_tokens",
            json =>
            {
                if (maxThinkingTokens is { } number)
                    json.WriteNumber("max_thinking_tokens"u8, number);
                else
                    json.WriteNull("max_thinking_tokens"u8);
            },
            cancellationToken);
    }

    /// <summary>Changes what the stream shows of the model's thinking, for the rest of the session. The budget stays as it is.</summary>
    /// <param name="display">
    /// What is shown; null goes back to the CLI's own choice. The value <c>highlights</c> (one short title for a stretch of thinking) is for
    /// sessions that Anthropic hosts.
    /// </param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A task that ends when the change holds.</returns>
    /// <exception cref="ProtocolException">The CLI does not know the display, or the model or the provider has it not.</exception>
    public Task SetThinkingDisplayAsync(ThinkingDisplay? display, CancellationToken cancellationToken = default) =>
        RequestAsync(
            "set_max_thinking_tokens",
            json =>
            {
                if (display is { } value)
                    json.WriteString("thinking_display"u8, value.Value);
                else
                    json.WriteNull("thinking_display"u8);
            },
            cancellationToken);

    /// <summary>Changes the effort from the next request to the model on.</summary>
    /// <param name="effort">The effort; null goes back to the model's default. A level that the model does not have runs as the nearest one below.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A task that ends when the change holds. <see cref="GetSettingsAsync"/> tells what it came to.</returns>
    public Task SetEffortAsync(EffortLevel? effort, CancellationToken cancellationToken = default) =>
        ApplyFlagSettingsAsync(new JsonObject { ["effortLevel"] = effort is { } level ? JsonValue.Create(level.Value) : null }, cancellationToken);

    /// <summary>
    /// Puts settings over those of the user and the project, for this session only: the same layer as <see cref="ClaudeOptions.Settings"/>.
    /// Managed settings stay above it.
    /// </summary>
    /// <param name="settings">
    /// What <c>settings.json</c> may hold, for example <c>{"permissions":{"deny":["WebFetch"]}}</c>. Keys of the top level replace what an
    /// earlier call gave them; null takes a key out of the layer, so that the layers below show.
    /// </param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A task that ends when the settings hold.</returns>
    /// <exception cref="ProtocolException">
    /// A value would make the CLI drop the layer. Nothing of the call was applied and earlier settings stay; the message names the key. A value
    /// that the CLI merely ignores is not refused.
    /// </exception>
    public Task ApplyFlagSettingsAsync(JsonObject settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return RequestAsync("apply_flag_settings", json => Write(json, "settings", settings), cancellationToken);
    }

    /// <summary>Writes settings into a settings file and applies them. Only a few keys are allowed, and only texts as values.</summary>
    /// <param name="source">
    /// The file: <see cref="SettingSource.Local"/> takes <c>outputStyle</c>; <see cref="SettingSource.User"/> takes <c>effortLevel</c>, which it
    /// keeps as the default of the session's current model without changing the running session (<see cref="SetEffortAsync"/> does that).
    /// </param>
    /// <param name="settings">The keys to write, for example <c>{"outputStyle":"Explanatory"}</c>. None can be deleted.</param>
    /// <param name="cancellationToken">Gives up the wait; the file may be written all the same.</param>
    /// <returns>A task that ends when the file is written.</returns>
    /// <exception cref="ProtocolException">
    /// A key or the file is not allowed, or <see cref="ClaudeOptions.SettingSources"/> leaves the file out.
    /// </exception>
    public Task UpdateSettingsAsync(SettingSource source, JsonObject settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return RequestAsync(
            "update_settings",
            json =>
            {
                json.WriteString("source"u8, source.Value + "Settings");
                Write(json, "settings", settings);
            },
            cancellationToken);
    }

    /// <summary>Asks which settings hold and where they come from.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The settings, merged and by source. They may hold secrets.</returns>
    public Task<SettingsSnapshot> GetSettingsAsync(CancellationToken cancellationToken = default) =>
        RequestAsync("get_settings", null, ControlJson.Default.SettingsSnapshot, cancellationToken);

    /// <summary>
    /// Hands the running CLI new values of environment variables: a credential that was renewed, for example
    /// <c>CLAUDE_CODE_OAUTH_TOKEN</c>. The CLI takes only the few variables that it knows for this purpose.
    /// </summary>
    /// <param name="variables">Names and values. They are never logged.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The names that were taken over; the others were ignored.</returns>
    /// <exception cref="ClaudeTimeoutException">The CLI is too old to answer; it may have taken the variables all the same.</exception>
    public async Task<IReadOnlyList<string>> UpdateEnvironmentAsync(
        IReadOnlyDictionary<string, string> variables, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(variables);
        ObjectDisposedException.ThrowIf(_session.IsClosing, this);
        const string Frame = "update_environment_variables";
        var reply = await _session.Control.AskAsync(
            Frame,
            Frame,
            json =>
            {
                json.WriteStartObject("variables"u8);
                foreach (var (name, value) in variables)
                    json.WriteString(name, value);
                json.WriteEndObject();
            },
            _session.Settings.ControlRequestTimeout,
            cancellationToken).ConfigureAwait(false);
        return reply.Parse() is { ValueKind: JsonValueKind.Object } answer && answer.TryGetProperty("applied", out var applied) && applied.ValueKind == JsonValueKind.Array
            ? [.. applied.EnumerateArray().Where(static name => name.ValueKind == JsonValueKind.String).Select(static name => name.GetString()!)]
            : [];
    }

    private static void Write(Utf8JsonWriter json, string name, JsonNode node)
    {
        json.WritePropertyName(name);
        node.WriteTo(json);
    }
}
