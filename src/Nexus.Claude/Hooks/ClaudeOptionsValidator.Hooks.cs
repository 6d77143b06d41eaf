using Nexus.Claude.Hooks;

namespace Nexus.Claude;

/// <content>Hooks: what would make one not guard what it seems to guard.</content>
internal sealed partial class ClaudeOptionsValidator
{
    private void CheckHooks()
    {
        var index = 0;
        foreach (var hook in _options.Hooks)
        {
            var name = $"Hooks[{index++}] ({hook.Event})";
            Positive($"The timeout of {name}", hook.Timeout);
            var facts = HookEvents.Find(hook.Event.Value);
            if (hook.OnFailure == HookFailurePolicy.Block && facts is { Refuse: null })
                Add($"{name} has OnFailure = Block, but {hook.Event} comes when there is nothing left to block; leave OnFailure out.");
            if (string.IsNullOrEmpty(hook.Matcher) || hook.Matcher == "*")
                continue;
            if (facts is { TakesMatcher: false })
                Add($"{name} has the matcher '{hook.Matcher}', but {hook.Event} takes none and the hook would be called always; leave it out.");
            else if (LooksLikePermissionRule(hook.Matcher))
                Add($"{name} has the matcher '{hook.Matcher}', which looks like a permission rule and would match nothing; name the tool and look at its input.");
        }

        if (index > 0 && _options.ExtraArguments.Keys.Any(static flag => flag.TrimStart('-') == "bare"))
            Add("ExtraArguments has 'bare', with which the CLI calls no hooks; leave out one of the two.");
    }

    // A regular expression may have a group at its end too, as in Notebook(Edit|Read); a rule has no alternatives.
    private static bool LooksLikePermissionRule(string matcher)
    {
        var open = matcher.IndexOf('(', StringComparison.Ordinal);
        return open > 0 && matcher[^1] == ')' && char.IsAsciiLetterUpper(matcher[0]) && matcher.AsSpan(0, open).IndexOfAnyExceptInRange('A', 'z') < 0
            && !matcher.Contains('|', StringComparison.Ordinal);
    }
}
