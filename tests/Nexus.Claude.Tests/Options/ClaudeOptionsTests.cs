using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Nexus.Claude.Tests.Options;

[Parallelizable(ParallelScope.All)]
public sealed class ClaudeOptionsTests
{
    private static readonly PropertyInfo[] Properties = typeof(ClaudeOptions).GetProperties();

    [Test]
    public void Clone_copies_every_property_and_shares_no_collection()
    {
        ClaudeOptions options = Filled();
        ClaudeOptions copy = options.Clone();
        var untouched = new ClaudeOptions();

        Assert.Multiple(() =>
        {
            foreach (PropertyInfo property in Properties)
            {
                object? value = property.GetValue(options);
                Assert.That(property.GetValue(copy), Is.EqualTo(value), property.Name);
                Assert.That(property.GetValue(untouched), Is.Not.EqualTo(value), property.Name + " is not given a value by this test");
                if (value is IEnumerable and not string and not ToolSet and not SkillSet)
                    Assert.That(property.GetValue(copy), Is.Not.SameAs(value), property.Name);
            }
        });
    }

    [Test]
    public void Collections_are_never_null()
    {
        var options = new ClaudeOptions();
        foreach (PropertyInfo property in Properties.Where(p => p.GetValue(options) is System.Collections.IEnumerable))
        {
            property.SetValue(options, null);
            Assert.That(property.GetValue(options), Is.Empty, property.Name);
        }
    }

    [Test]
    public void Defaults_are_those_that_are_documented()
    {
        var options = new ClaudeOptions();

        Assert.Multiple(() =>
        {
            Assert.That(options.AutoDownload, Is.True);
            Assert.That(options.InheritEnvironment, Is.True);
            Assert.That(options.PersistSession, Is.True);
            Assert.That(options.SystemPrompt, Is.Null);
            Assert.That(options.SettingSources, Is.Null);
            Assert.That(options.ControlRequestTimeout, Is.EqualTo(TimeSpan.FromSeconds(60)));
            Assert.That(options.InitializeTimeout, Is.EqualTo(TimeSpan.FromSeconds(60)));
            Assert.That(options.ShutdownTimeout, Is.EqualTo(TimeSpan.FromSeconds(5)));
            Assert.That(options.IdleTimeout, Is.Null);
            Assert.That(options.TurnTimeout, Is.Null);
            Assert.That(options.MaxLineBytes, Is.EqualTo(64 * 1024 * 1024));
            Assert.That(options.Buffering, Is.EqualTo(MessageBuffering.DropPartialMessages(256L * 1024 * 1024)));
            Assert.That(options.TimeProvider, Is.SameAs(TimeProvider.System));
            Assert.That(new[] { new EffortLevel("high"), default }, Is.EqualTo(new[] { EffortLevel.High, new EffortLevel() }));
        });
    }

    private static ClaudeOptions Filled()
    {
        var options = new ClaudeOptions();
        foreach (PropertyInfo property in Properties)
            property.SetValue(options, Value(property));
        return options;
    }

    private static object Value(PropertyInfo property)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type switch
        {
            _ when property.Name is nameof(ClaudeOptions.AutoDownload) or nameof(ClaudeOptions.InheritEnvironment) or nameof(ClaudeOptions.PersistSession) => false,
            _ when type == typeof(bool) => true,
            _ when type == typeof(string) => "x",
            _ when type == typeof(int) => 7,
            _ when type == typeof(decimal) => 7m,
            _ when type == typeof(Guid) => Guid.NewGuid(),
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(7),
            _ when type == typeof(PermissionMode) => new PermissionMode("plan"),
            _ when type == typeof(Thinking) => Thinking.Disabled,
            _ when type == typeof(EffortLevel) => EffortLevel.Max,
            _ when type == typeof(SystemPrompt) => SystemPrompt.Empty,
            _ when type == typeof(OutputSchema) => OutputSchema.Json("{}"),
            _ when type == typeof(BudgetGuard) => new BudgetGuard { MaxUsd = 7 },
            _ when type == typeof(RetryPolicy) => new RetryPolicy(),
            _ when type == typeof(QuestionPreviewFormat) => QuestionPreviewFormat.Html,
            _ when type == typeof(PermissionPromptTarget) => PermissionPromptTarget.None,
            _ when type == typeof(ToolSet) => ToolSet.Of("Read"),
            _ when type == typeof(SkillSet) => SkillSet.All,
            _ when type == typeof(ClaudeSettings) => ClaudeSettings.Json("{}"),
            _ when type == typeof(SandboxOptions) => new SandboxOptions(),
            _ when type == typeof(MessageBuffering) => MessageBuffering.Unbounded,
            _ when type == typeof(CliInstallOptions) => new CliInstallOptions(),
            _ when type == typeof(IProgress<CliDownloadProgress>) => new Progress<CliDownloadProgress>(),
            _ when type == typeof(SessionStoreFlush) => SessionStoreFlush.Eager,
            _ when type == typeof(ISessionStore) => new InMemorySessionStore(),
            _ when type == typeof(TimeProvider) => new OtherTime(),
            _ when type == typeof(Action<string>) => (Action<string>)(_ => { }),
            _ when type == typeof(HookCollection) => new HookCollection().On(HookEvent.Stop, _ => null),
            _ when property.Name is nameof(ClaudeOptions.CanUseTool) => (Func<ToolPermissionRequest, CancellationToken, ValueTask<PermissionDecision>>)PermissionPolicy.DenyAll("x").DecideAsync,
            _ when type == typeof(IList<string>) => new List<string> { "x" },
            _ when type == typeof(IList<SettingSource>) => new List<SettingSource> { SettingSource.User },
            _ when type == typeof(IList<PluginOptions>) => new List<PluginOptions> { "x" },
            _ when type == typeof(IDictionary<string, string>) => new Dictionary<string, string> { ["x"] = "y" },
            _ when type == typeof(IDictionary<string, McpServerOptions>) => new Dictionary<string, McpServerOptions> { ["x"] = new StdioMcpServer("y") },
            _ when type == typeof(IDictionary<string, AgentDefinition>) => new Dictionary<string, AgentDefinition> { ["x"] = new("d", "p") },
            _ when type == typeof(IList<ToolServer>) => new List<ToolServer> { new("x") },
            _ when type == typeof(Func<ElicitationRequest, CancellationToken, ValueTask<ElicitationResponse>>) =>
                (Func<ElicitationRequest, CancellationToken, ValueTask<ElicitationResponse>>)((_, _) => ValueTask.FromResult(ElicitationResponse.Decline)),
            _ when type == typeof(Func<UserDialogRequest, CancellationToken, ValueTask<UserDialogResponse>>) =>
                (Func<UserDialogRequest, CancellationToken, ValueTask<UserDialogResponse>>)((_, _) => ValueTask.FromResult(UserDialogResponse.Cancelled)),
            _ when type == typeof(Microsoft.Extensions.Logging.ILoggerFactory) => NullLoggerFactory.Instance,
            _ => throw new AssertionException($"Give {property.Name} of type {type} a value in this test."),
        };
    }

    private sealed class OtherTime : TimeProvider;
}
