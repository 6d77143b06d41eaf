using System.Text.Json;

namespace Nexus.Claude.Testing;

/// <summary>
/// What lets a sample or a demo end with an answer on a machine that has no Claude credential: the scripted model
/// (<see cref="ScriptedMessagesApi"/>) and the environment that points the same real CLI to it.
/// </summary>
/// <remarks>
/// <see cref="WhenNoCredentialAsync"/> does it all in one line. By hand: whether it is needed is the CLI's own word, in its reply to
/// <c>initialize</c> (<see cref="IsNeeded(JsonElement)"/>); the first CLI process is then closed and a second one started with
/// <see cref="Variables"/> as its complete environment.
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

    /// <summary>
    /// Asks the CLI whether it has a credential and, when it has none, starts the scripted model and changes the options so that the
    /// same CLI talks to it.
    /// </summary>
    /// <remarks>
    /// The question costs one start of the CLI (about half a second) and sends nothing to anybody: that process has no way out, starts no
    /// MCP servers, runs no hooks and leaves no session.
    /// </remarks>
    /// <param name="options">
    /// What the program is about to connect with. When the model is needed, <see cref="ClaudeOptions.Environment"/> becomes the complete
    /// hermetic environment and <see cref="ClaudeOptions.InheritEnvironment"/> false; otherwise nothing is changed.
    /// </param>
    /// <param name="notice">Given <see cref="Notice"/> when the model is needed, for example <c>Console.WriteLine</c>; null for silence.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// The running model, to be disposed after the CLI has exited (<c>await using</c> before the client does that), or null when there is
    /// a credential.
    /// </returns>
    /// <exception cref="ClaudeException">The CLI could not be found, downloaded, started or asked: the error of <see cref="ClaudeClient.ConnectAsync"/>.</exception>
    public static async Task<OfflineModel?> WhenNoCredentialAsync(
        ClaudeOptions options,
        Action<string>? notice = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var account = await CredentialCheck.AskAsync(options, cancellationToken).ConfigureAwait(false);
        if (!IsNeeded(account.TokenSource, account.ApiKeySource, account.ApiProvider))
            return null;

        var model = await StartAsync(cancellationToken).ConfigureAwait(false);
        options.InheritEnvironment = false;
        options.Environment.Clear();
        foreach (var (name, value) in model.Variables)
            options.Environment[name] = value;
        notice?.Invoke(Notice);
        return model;
    }

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
