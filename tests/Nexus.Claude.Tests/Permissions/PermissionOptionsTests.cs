using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Nexus.Claude.Cli;
using Nexus.Claude.Permissions;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Permissions;

[Parallelizable(ParallelScope.All)]
internal sealed class PermissionOptionsTests
{
    [Test]
    public void The_prompt_tool_is_set_by_itself_and_only_with_a_callback()
    {
        Assert.That(CliCommand.Create(WithCallback()).Arguments, Has.Member("--permission-prompt-tool=stdio"));
        Assert.That(CliCommand.Create(new ClaudeOptions()).Arguments, Has.None.StartsWith("--permission-prompt-tool"));
    }

    [Test]
    public void A_callback_and_another_answerer_exclude_each_other()
    {
        Assert.That(Mistakes(options => options.PermissionPromptToolName = "mcp__a__b"), Has.One.Contains("CanUseTool and PermissionPromptToolName"));
        Assert.That(Mistakes(options => options.PermissionPrompts = PermissionPromptTarget.None), Has.One.Contains("CanUseTool is set although"));
        Assert.That(Mistakes(options => options.PermissionPrompts = PermissionPromptTarget.Host), Is.Empty);
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(50 * 86_400)]
    public void A_timeout_must_be_a_time(int seconds) =>
        Assert.That(Mistakes(options => options.PermissionTimeout = TimeSpan.FromSeconds(seconds)), Has.One.Contains("PermissionTimeout"));

    [Test]
    public void Options_that_keep_questions_from_the_callback_are_found()
    {
        Assert.That(Shadows(options => options.PermissionMode = PermissionMode.BypassPermissions), Has.One.Contains("bypassPermissions"));
        Assert.That(Shadows(options => options.PermissionMode = PermissionMode.DontAsk), Has.One.Contains("dontAsk"));
        Assert.That(Shadows(options => options.AllowedTools = ["Read", "Bash(git *)", "mcp__calc"]), Has.One.Contains("Read, mcp__calc"));
        Assert.That(Shadows(options => options.AllowedTools = ["Bash(git *)"]), Is.Empty);
        Assert.That(Shadows(options => options.PermissionMode = PermissionMode.AcceptEdits), Is.Empty);
    }

    [Test]
    public async Task They_are_logged_as_a_warning_when_a_session_starts()
    {
        await using var cli = ScriptedCli.Create();
        var log = new FakeLogCollector();
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(new FakeLoggerProvider(log)));
        var options = cli.Options();
        options.CanUseTool = (_, _) => ValueTask.FromResult(PermissionDecision.Allow());
        options.AllowedTools = ["Read"];
        options.LoggerFactory = factory;

        await using (await ClaudeClient.ConnectAsync(options).InTime())
            Assert.That(log.GetSnapshot().Where(record => record.Level == LogLevel.Warning).Select(record => record.Message), Has.One.Contains("every call of Read"));
    }

    private static ClaudeOptions WithCallback() => new() { CanUseTool = (_, _) => ValueTask.FromResult(PermissionDecision.Allow()) };

    private static List<string> Mistakes(Action<ClaudeOptions> change)
    {
        var options = WithCallback();
        change(options);
        return ClaudeOptionsValidator.Collect(options, isWindows: false);
    }

    private static IReadOnlyList<string> Shadows(Action<ClaudeOptions> change)
    {
        var options = WithCallback();
        change(options);
        return CallbackShadow.Find(options);
    }
}
