namespace Nexus.Claude.Permissions;

/// <summary>Options that keep questions from the callback, although a caller who sets one may expect to be asked.</summary>
internal static class CallbackShadow
{
    /// <summary>Finds them.</summary>
    /// <param name="options">Options with a callback.</param>
    /// <returns>A sentence for each.</returns>
    public static IReadOnlyList<string> Find(ClaudeOptions options)
    {
        List<string> found = [];
        if (options.PermissionMode == PermissionMode.BypassPermissions)
            found.Add("in the mode bypassPermissions every tool runs unasked");
        if (options.PermissionMode == PermissionMode.DontAsk)
            found.Add("in the mode dontAsk every tool that is not allowed beforehand is denied unasked");
        string[] whole = [.. options.AllowedTools.Where(static rule => rule is not null && !rule.Contains('(', StringComparison.Ordinal))];
        if (whole.Length > 0)
            found.Add($"AllowedTools lets every call of {string.Join(", ", whole)} run unasked");
        return found;
    }
}
