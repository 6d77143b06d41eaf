using System.Text;
using Nexus.Claude.Cli;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
public sealed class CliCommandTests
{
    private static CliCommand Everything() => CommandReading.Command(o =>
    {
        o.McpServers["a"] = new StdioMcpServer("c");
        o.Plugins = [Path.GetTempPath()];
        o.Settings = ClaudeSettings.Json("{}");
        o.DisallowedTools = ["Bash"];
        o.ManagedSettings = ClaudeSettings.Json("{}");
        o.Agents["rev"] = new AgentDefinition("d", "p");
    });

    [Test]
    public void Launch_fields_bring_their_flags_and_the_confirmations_to_wait_for()
    {
        CliCommand command = Everything();

        Assert.Multiple(() =>
        {
            Assert.That(command.HasLaunchFields, Is.True);
            Assert.That(command.Own(), Is.EqualTo(new[] { "--await-initialize", "--initialize-fields=settings,disallowedTools", "--managed-settings-in-initialize" }));
            Assert.That(command.ExpectedConfirmations, Is.EquivalentTo(new[]
            {
                "mcp_servers_applied", "plugins_applied", "settings_applied", "disallowed_tools_applied", "managed_settings_applied",
            }));
        });
    }

    [Test]
    public void What_needs_no_launch_adds_no_launch_flag() =>
        Assert.That(CommandReading.Command(o => { o.SystemPrompt = "x"; o.Agents["rev"] = new AgentDefinition("d", "p"); }).HasLaunchFields, Is.False);

    [Test]
    public void Mcp_servers_alone_need_only_the_waiting() =>
        Assert.That(CommandReading.Command(o => o.McpServers["a"] = new StdioMcpServer("c")).Own(), Is.EqualTo(new[] { "--await-initialize" }));

    [Test]
    public void A_reply_that_confirms_everything_passes() =>
        Assert.That(
            () => Everything().EnsureApplied(Reply("""
                {"agents":[{"name":"claude"},{"name":"rev"}],"mcp_servers_applied":true,"plugins_applied":true,"settings_applied":true,
                 "disallowed_tools_applied":true,"managed_settings_applied":true}
                """)),
            Throws.Nothing);

    [TestCase("""{"agents":[{"name":"rev"}],"mcp_servers_applied":true,"plugins_applied":true,"settings_applied":false,"disallowed_tools_applied":true,"managed_settings_applied":true,"claude_code_version":"2.1.330"}""", "Claude Code 2.1.330 did not apply Settings from")]
    [TestCase("""{"agents":[{"name":"rev"}],"plugins_applied":true,"settings_applied":true,"disallowed_tools_applied":1,"managed_settings_applied":true}""", "Claude Code did not apply McpServers, DisallowedTools from")]
    [TestCase("""{"agents":[{"name":"claude"}],"mcp_servers_applied":true,"plugins_applied":true,"settings_applied":true,"disallowed_tools_applied":true,"managed_settings_applied":true}""", "did not apply Agents['rev'] from")]
    [TestCase("""[]""", "did not apply McpServers, Plugins, Settings, DisallowedTools, ManagedSettings from")]
    public void A_reply_that_does_not_is_an_error_that_says_what_is_missing(string reply, string expected)
    {
        ProtocolException exception = Assert.Throws<ProtocolException>(() => Everything().EnsureApplied(Reply(reply)))!;

        Assert.That(exception.Message, Does.Contain(expected));
        Assert.That(exception.RequestSubtype, Is.EqualTo("initialize"));
    }

    [Test]
    public void An_old_reply_without_agents_is_not_taken_as_a_loss() =>
        Assert.That(
            () => CommandReading.Command(o => o.Agents["rev"] = new AgentDefinition("d", "p")).EnsureApplied(Reply("{}")),
            Throws.Nothing);

    [Test]
    public void A_line_too_long_for_Windows_is_refused_there_and_the_longest_flag_named()
    {
        using var folder = new TemporaryFolder();
        string[] many = [.. Enumerable.Range(0, 800).Select(_ => folder.Path)];
        var options = new ClaudeOptions { Model = "opus", AdditionalDirectories = [.. many, .. many] };

        Assert.That(() => CliCommand.Create(options, isWindows: false), Throws.Nothing);
        Assert.That(
            () => CliCommand.Create(options, isWindows: true),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("--add-dir").And.Message.Contains("32,767"));
    }

    [Test]
    public void An_argument_longer_than_Linux_takes_is_refused_by_its_flag() =>
        Assert.That(
            () => CommandReading.Command(o => o.Tools = ToolSet.Of(Enumerable.Repeat("mcp__server__tool", 10_000))),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("--tools"));

    [Test]
    public void All_mistakes_come_in_one_exception()
    {
        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(() => CommandReading.Command(o =>
        {
            o.MaxTurns = 0;
            o.Resume = "a";
            o.Continue = true;
            o.Settings = ClaudeSettings.Json("[]");
        }))!;

        Assert.That(exception.Failures, Has.Count.EqualTo(3));
    }

    private static ControlReply Reply(string json) => new(Encoding.UTF8.GetBytes(json));
}
