using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Hooks;

[Parallelizable(ParallelScope.All)]
internal sealed class HookOptionsTests
{
    [Test]
    public void Hooks_are_added_in_a_line_each_and_chain()
    {
        var options = new ClaudeOptions();

        options.Hooks
            .On(HookEvent.PreToolUse, "Bash", input => PreToolUseHookOutput.Deny(input.ToolName))
            .On(HookEvent.UserPromptSubmit, async (input, cancellationToken) =>
            {
                await Task.Delay(0, cancellationToken);
                return UserPromptSubmitHookOutput.AddContext(input.Prompt);
            })
            .On(HookEvent.Stop, input => input.StopHookActive ? null : StopHookOutput.Block("go on"), timeout: TimeSpan.FromMinutes(5));

        Assert.That(options.Hooks.Select(hook => hook.ToString()), Is.EqualTo(new[] { "PreToolUse:Bash", "UserPromptSubmit", "Stop" }));
        Assert.That(options.Hooks.Last().Timeout, Is.EqualTo(TimeSpan.FromMinutes(5)));
        Assert.That(options.Hooks.First().Timeout, Is.EqualTo(TimeSpan.FromSeconds(60)));
    }

    [Test]
    public void A_hook_made_elsewhere_is_added_to_those_of_the_user_and_can_be_taken_out()
    {
        var options = new ClaudeOptions { Hooks = { Hook.For(HookEvent.Stop, _ => null) } };
        var memory = Hook.For(HookEvent.UserPromptSubmit, _ => UserPromptSubmitHookOutput.AddContext("recalled")) with { Timeout = TimeSpan.FromSeconds(1) };

        options.Hooks.Add(memory);
        Assert.That(options.Hooks, Has.Count.EqualTo(2));

        Assert.That(options.Hooks.Remove(memory));
        Assert.That(options.Hooks.Single().Event, Is.EqualTo(HookEvent.Stop.Name));
        options.Hooks.Clear();
        Assert.That(options.Hooks, Is.Empty);
    }

    [Test]
    public void A_copy_of_the_options_has_hooks_of_its_own()
    {
        var options = new ClaudeOptions();
        options.Hooks.On(HookEvent.Stop, _ => null);

        var copy = options.Clone();
        options.Hooks.On(HookEvent.Stop, _ => null);
        copy.Hooks.Clear();

        Assert.That(options.Hooks, Has.Count.EqualTo(2));
        options.Hooks = null!;
        Assert.That(options.Hooks, Is.Empty);
    }

    [Test]
    public void What_would_not_guard_what_it_seems_to_guard_is_a_mistake()
    {
        var options = new ClaudeOptions { ExtraArguments = { ["--bare"] = null } };
        options.Hooks
            .On(HookEvent.PreToolUse, "Bash(rm *)", _ => null)
            .On(HookEvent.UserPromptSubmit, "Bash", _ => null)
            .On(HookEvent.Stop, _ => null, onFailure: HookFailurePolicy.Block)
            .On(HookEvent.Stop, _ => null, timeout: TimeSpan.Zero);

        var mistakes = ClaudeOptionsValidator.Collect(options, isWindows: false);

        Assert.That(mistakes, Has.Count.EqualTo(5));
        Assert.That(mistakes, Has.One.Contains("Hooks[0] (PreToolUse)").And.Contains("looks like a permission rule"));
        Assert.That(mistakes, Has.One.Contains("Hooks[1] (UserPromptSubmit)").And.Contains("takes none"));
        Assert.That(mistakes, Has.One.Contains("Hooks[2] (Stop)").And.Contains("nothing left to block"));
        Assert.That(mistakes, Has.One.Contains("The timeout of Hooks[3] (Stop)"));
        Assert.That(mistakes, Has.One.Contains("'bare'"));
    }

    [TestCase("Bash")]
    [TestCase("Edit|Write")]
    [TestCase("mcp__.*")]
    [TestCase("mcp__(a|b)")]
    [TestCase("Notebook(Edit|Read)")]
    [TestCase("*")]
    [TestCase("")]
    public void A_name_and_a_regular_expression_are_matchers(string matcher)
    {
        var options = new ClaudeOptions();
        options.Hooks.On(HookEvent.PreToolUse, matcher, _ => null);

        Assert.That(ClaudeOptionsValidator.Collect(options, isWindows: false), Is.Empty);
    }

    [Test]
    public async Task A_session_without_hooks_registers_none()
    {
        await using var cli = ScriptedCli.Create();
        await ClaudeCode.AskAsync("Hello", cli.Options()).InTime();

        var initialize = (await cli.ReadRecordAsync()).First(record => record.Kind == "input").LineJson.GetProperty("request");
        Assert.That(initialize.TryGetProperty("hooks", out _), Is.False);
    }
}
