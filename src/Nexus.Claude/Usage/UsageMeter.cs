using Microsoft.Extensions.Logging;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Usage;

/// <summary>Counts what a session uses, and keeps its budget.</summary>
/// <param name="budget">The budget; null for none.</param>
internal sealed class UsageMeter(BudgetGuard? budget) : ISessionFeature
{
    private ILogger? _logger;

    /// <summary>What the session has used.</summary>
    public UsageLedger Ledger { get; } = new();

    public void Attach(Session session) => _logger = session.Settings.Logger;

    public void BeforeSend(UserPrompt prompt) => budget?.ThrowIfExhausted();

    public void Observe(ClaudeMessage message)
    {
        if (Ledger.Observe(message) is { } turn && budget is not null)
            budget.Report(budget.Count(turn), failure => _logger?.BudgetCallbackFailed(failure));
    }
}
