namespace Nexus.Claude.Server.Security;

/// <summary>Turns what an operator wrote about a caller into a policy, and says what is wrong with it.</summary>
internal static class PolicyReader
{
    /// <summary>Reads a policy.</summary>
    /// <param name="options">The operator's words.</param>
    /// <param name="security">Has the folders of those who name none.</param>
    /// <param name="subject">Who it is about, for the beginning of a sentence.</param>
    /// <param name="mistakes">Gets a sentence for each mistake.</param>
    /// <returns>The policy.</returns>
    public static KeyPolicy Read(GatewayPolicyOptions options, GatewaySecurityOptions security, string subject, ICollection<string> mistakes)
    {
        RequirePositive(options.RequestsPerMinute, nameof(options.RequestsPerMinute));
        RequirePositive(options.TokensPerMinute, nameof(options.TokensPerMinute));
        RequirePositive(options.MaxConcurrency, nameof(options.MaxConcurrency));
        if (options.BudgetUsd < 0)
            mistakes.Add($"{subject} has a BudgetUsd below zero.");
        var folders = options.WorkingDirectories ?? security.WorkingDirectories;
        foreach (var folder in folders)
        {
            if (!Path.IsPathFullyQualified(folder))
                mistakes.Add($"{subject} may work in '{folder}', which is not an absolute path.");
        }

        return new KeyPolicy
        {
            Models = options.Models.Count == 0 ? null : new HashSet<string>(options.Models, StringComparer.OrdinalIgnoreCase),
            AllowsAgent = options.Agent,
            AgentTools = options.AgentTools is null ? null : [.. options.AgentTools],
            WorkingDirectories = [.. folders],
            RequestsPerMinute = options.RequestsPerMinute,
            TokensPerMinute = options.TokensPerMinute,
            MaxConcurrency = options.MaxConcurrency,
            BudgetUsd = options.BudgetUsd,
        };

        void RequirePositive(int? value, string name)
        {
            if (value <= 0)
                mistakes.Add($"{subject} has {name} {value}; it must be greater than zero, or left out for no limit.");
        }
    }
}
