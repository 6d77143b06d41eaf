using Nexus.Claude.Controls;

namespace Nexus.Claude;

/// <summary>What the session has used, and what it may use.</summary>
public sealed partial class ClaudeClient
{
    /// <summary>Asks what fills the model's context window.</summary>
    /// <param name="detail">
    /// <see cref="ContextUsageDetail.Full"/>, the default, counts with the API (about a second, several requests);
    /// <see cref="ContextUsageDetail.Summary"/> estimates from the last answer and takes milliseconds.
    /// </param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The use of the window.</returns>
    public Task<ContextUsage> GetContextUsageAsync(ContextUsageDetail detail = default, CancellationToken cancellationToken = default) =>
        RequestAsync(
            "get_context_usage",
            detail.Value.Length == 0 ? null : json => json.WriteString("detail"u8, detail.Value),
            ControlJson.Default.ContextUsage,
            cancellationToken);

    /// <summary>
    /// Asks for the figures behind <c>/usage</c>: what the session has cost so far and how much of the plan is used. The CLI calls the form of
    /// this answer experimental.
    /// </summary>
    /// <param name="skipBehaviors">
    /// True leaves out <see cref="UsageReport.Behaviors"/>, for which the CLI reads every transcript of the last seven days.
    /// </param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The figures. They are running totals: never add up two reports.</returns>
    public Task<UsageReport> GetUsageAsync(bool skipBehaviors = false, CancellationToken cancellationToken = default) =>
        RequestAsync(
            "get_usage",
            skipBehaviors ? static json => json.WriteBoolean("skip_behaviors"u8, true) : null,
            ControlJson.Default.UsageReport,
            cancellationToken);

    /// <summary>Asks what the session has cost so far, in words and for people. Figures are in <see cref="GetUsageAsync"/>.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>Several lines of text.</returns>
    public async Task<string> GetSessionCostAsync(CancellationToken cancellationToken = default) =>
        (await RequestAsync("get_session_cost", null, cancellationToken).ConfigureAwait(false)).Text("text"u8) ?? "";

    /// <summary>Asks which models can be chosen now. <see cref="Server"/> takes over the answer.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The models.</returns>
    public async Task<IReadOnlyList<ModelInformation>> ListModelsAsync(CancellationToken cancellationToken = default)
    {
        var answer = await _server.RenewAsync(
            () => RequestAsync("list_models", null, ControlJson.Default.ModelList, cancellationToken),
            static (server, reply) => server with { Models = reply.Models }).ConfigureAwait(false);
        return answer.Models;
    }

    /// <summary>Asks which build of the CLI runs.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The version.</returns>
    public Task<CliBinaryVersion> GetBinaryVersionAsync(CancellationToken cancellationToken = default) =>
        RequestAsync("get_binary_version", null, ControlJson.Default.CliBinaryVersion, cancellationToken);
}
