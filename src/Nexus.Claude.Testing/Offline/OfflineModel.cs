using System.Text.Json;

namespace Nexus.Claude.Testing;

/// <summary>
/// What lets a sample or a demo end with an answer on a machine that has no Claude credential: the scripted model
/// (<see cref="ScriptedMessagesApi"/>) and the environment that points the same real CLI to it.
/// </summary>
/// <remarks>
/// Whether it is needed is the CLI's own word, in its reply to <c>initialize</c>: ask <see cref="IsNeeded(JsonElement)"/>. The first CLI process is
/// then closed and a second one started with <see cref="Variables"/> as its complete environment.
/// </remarks>
public sealed class OfflineModel : IAsyncDisposable
{
    private OfflineModel(ScriptedMessagesApi api, HermeticCliEnvironment environment)
    {
        Api = api;
        Environment = environment;
    }

    /// <summary>The line a program prints when it falls back to the scripted model.</summary>
    public static string Notice =>
        "No Claude credential on this machine: the answer comes from a scripted model on loopback. Log in with `claude` or set ANTHROPIC_API_KEY for a real one.";

    /// <summary>The scripted model.</summary>
    public ScriptedMessagesApi Api { get; }

    /// <summary>The hermetic environment: its scratch home and its variables.</summary>
    public HermeticCliEnvironment Environment { get; }

    /// <summary>The complete environment for the CLI; short for <c>Environment.Variables</c>.</summary>
    public IReadOnlyDictionary<string, string> Variables => Environment.Variables;

    /// <summary>
    /// Tells from the <c>account</c> object of the CLI's reply to <c>initialize</c> whether the CLI has no credential to reach a model
    /// with: <c>tokenSource</c> is <c>none</c>, <c>apiKeySource</c> is absent, and the provider is Anthropic itself (the cloud providers
    /// bring credentials of their own kind, which these two members do not tell). Observed on 2.1.330.
    /// </summary>
    /// <param name="account">The <c>account</c> object; an absent one (<see cref="JsonValueKind.Undefined"/>) says nothing, so: false.</param>
    /// <returns>True when no credential was found.</returns>
    public static bool IsNeeded(JsonElement account) =>
        account.ValueKind is JsonValueKind.Object
        && IsNeeded(Text(account, "tokenSource"), Text(account, "apiKeySource"), Text(account, "apiProvider"));

    /// <summary>Tells from the account's three members whether the CLI has no credential; see <see cref="IsNeeded(JsonElement)"/>.</summary>
    /// <param name="tokenSource">The account's <c>tokenSource</c>.</param>
    /// <param name="apiKeySource">The account's <c>apiKeySource</c>.</param>
    /// <param name="apiProvider">The account's <c>apiProvider</c>; null counts as Anthropic's own API.</param>
    /// <returns>True when no credential was found.</returns>
    public static bool IsNeeded(string? tokenSource, string? apiKeySource, string? apiProvider = null) =>
        tokenSource == "none" && (apiKeySource is null or "none") && (apiProvider is null or "firstParty");

    /// <summary>Starts the scripted model and makes the environment.</summary>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The running model; dispose it after the CLI has exited.</returns>
    public static async Task<OfflineModel> StartAsync(CancellationToken cancellationToken = default)
    {
        var api = await ScriptedMessagesApi.StartAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new OfflineModel(api, api.CreateEnvironment());
        }
        catch
        {
            await api.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops the model and deletes the scratch folder.</summary>
    /// <returns>Completes when both are gone.</returns>
    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync().ConfigureAwait(false);
        await Environment.DisposeAsync().ConfigureAwait(false);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
