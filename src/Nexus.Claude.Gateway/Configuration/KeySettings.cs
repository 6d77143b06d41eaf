namespace Nexus.Claude.Gateway;

/// <summary>Reads keys and policies.</summary>
internal static class KeySettings
{
    private static readonly Dictionary<string, Action<GatewayPolicyOptions, IConfigurationSection>> Policy = new(StringComparer.OrdinalIgnoreCase)
    {
        ["models"] = (policy, value) => policy.Models = SettingValue.List(value),
        ["agent"] = (policy, value) => policy.Agent = SettingValue.Flag(value),
        ["agenttools"] = (policy, value) => policy.AgentTools = SettingValue.List(value),
        ["workingdirectories"] = (policy, value) => policy.WorkingDirectories = SettingValue.List(value),
        ["requestsperminute"] = (policy, value) => policy.RequestsPerMinute = SettingValue.Number(value),
        ["tokensperminute"] = (policy, value) => policy.TokensPerMinute = SettingValue.Number(value),
        ["maxconcurrency"] = (policy, value) => policy.MaxConcurrency = SettingValue.Number(value),
        ["budgetusd"] = (policy, value) => policy.BudgetUsd = SettingValue.Money(value),
    };

    private static readonly Dictionary<string, Action<GatewayKeyOptions, IConfigurationSection>> Key = new(StringComparer.OrdinalIgnoreCase)
    {
        ["id"] = (key, value) => key.Id = SettingValue.Text(value),
        ["key"] = (key, value) => key.Key = SettingValue.Text(value),
        ["hash"] = (key, value) => key.Hash = SettingValue.Text(value),
        ["expiresat"] = (key, value) => key.ExpiresAt = SettingValue.Time(value),
    };

    /// <summary>Reads a list of keys.</summary>
    /// <param name="section">The list.</param>
    /// <returns>The keys.</returns>
    /// <exception cref="FormatException">A name is not known or a value cannot be read.</exception>
    public static List<GatewayKeyOptions> ReadAll(IConfigurationSection section)
    {
        List<GatewayKeyOptions> keys = [];
        foreach (var item in section.GetChildren())
        {
            var key = new GatewayKeyOptions();
            foreach (var value in item.GetChildren())
            {
                if (Key.TryGetValue(value.Key, out var set))
                    set(key, value);
                else
                    ReadPolicy(key, value);
            }

            keys.Add(key);
        }

        return keys;
    }

    /// <summary>Reads what a caller may do.</summary>
    /// <param name="section">The policy.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="FormatException">A name is not known or a value cannot be read.</exception>
    public static GatewayPolicyOptions ReadPolicy(IConfigurationSection section)
    {
        var policy = new GatewayPolicyOptions();
        foreach (var value in section.GetChildren())
            ReadPolicy(policy, value);
        return policy;
    }

    private static void ReadPolicy(GatewayPolicyOptions policy, IConfigurationSection value)
    {
        if (!Policy.TryGetValue(value.Key, out var set))
            throw new FormatException($"has a member '{value.Key}' that is not known.");
        try
        {
            set(policy, value);
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"has a member '{value.Key}' that {wrong.Message}", wrong);
        }
    }
}
