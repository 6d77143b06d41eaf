using System.Diagnostics;
using Nexus.Claude.Cli;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
public sealed class CliEnvironmentTests
{
    /// <summary>The environment that the child ends up with.</summary>
    private static Dictionary<string, string> Child(Action<ClaudeOptions>? configure = null, Dictionary<string, string?>? inherited = null, Activity? activity = null)
    {
        var options = new ClaudeOptions();
        configure?.Invoke(options);
        inherited ??= [];
        var child = inherited.ToDictionary(variable => variable.Key, variable => variable.Value!);
        foreach ((string name, string? value) in CliEnvironment.Build(options, inherited, TraceContext.Of(activity)))
        {
            if (value is null)
                child.Remove(name);
            else
                child[name] = value;
        }

        return child;
    }

    [Test]
    public void By_default_the_child_inherits_and_learns_who_starts_it()
    {
        Dictionary<string, string> child = Child(inherited: new() { ["PATH"] = "/bin", ["ANTHROPIC_API_KEY"] = "k" });

        Assert.Multiple(() =>
        {
            Assert.That(child["PATH"], Is.EqualTo("/bin"));
            Assert.That(child["ANTHROPIC_API_KEY"], Is.EqualTo("k"));
            Assert.That(child["CLAUDE_CODE_ENTRYPOINT"], Is.EqualTo("sdk-cs"));
            Assert.That(child["CLAUDE_AGENT_SDK_VERSION"], Does.Match(@"^\d+\.\d+\.\d+[^+]*$"));
            Assert.That(child["CLAUDE_CODE_SDK_READS_SESSION_STATE"], Is.EqualTo("1"));
            Assert.That(child, Has.Count.EqualTo(5));
        });
    }

    [TestCase("CLAUDECODE")]
    [TestCase("NODE_OPTIONS")]
    [TestCase("DEBUG")]
    [TestCase("TRACEPARENT")]
    [TestCase("TRACESTATE")]
    [TestCase("BAGGAGE")]
    public void What_would_harm_the_child_is_not_inherited_but_can_be_set(string name)
    {
        Assert.That(Child(inherited: new() { [name] = "x" }), Does.Not.ContainKey(name));
        Assert.That(Child(o => o.Environment[name] = "y", new() { [name] = "x" })[name], Is.EqualTo("y"));
    }

    [Test]
    public void An_entrypoint_of_the_parent_is_not_ours_but_one_of_the_caller_wins()
    {
        Assert.That(Child(inherited: new() { ["CLAUDE_CODE_ENTRYPOINT"] = "cli" })["CLAUDE_CODE_ENTRYPOINT"], Is.EqualTo("sdk-cs"));
        Assert.That(Child(o => o.Environment["CLAUDE_CODE_ENTRYPOINT"] = "mine")["CLAUDE_CODE_ENTRYPOINT"], Is.EqualTo("mine"));
    }

    [Test]
    public void A_null_removes_what_is_inherited_and_what_the_sdk_sets()
    {
        Dictionary<string, string> child = Child(
            o => { o.Environment["SECRET"] = null; o.Environment["CLAUDE_AGENT_SDK_VERSION"] = null; },
            new() { ["SECRET"] = "s", ["KEPT"] = "k" });

        Assert.That(child.Keys, Is.EquivalentTo(new[] { "KEPT", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SDK_READS_SESSION_STATE" }));
    }

    [Test]
    public void A_clean_environment_holds_only_what_was_set()
    {
        Dictionary<string, string> child = Child(
            o => { o.InheritEnvironment = false; o.Environment["PATH"] = "/mine"; },
            new() { ["PATH"] = "/bin", ["ANTHROPIC_API_KEY"] = "k", ["HOME"] = "/root" });

        Assert.That(child.Keys, Is.EquivalentTo(new[] { "PATH", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_AGENT_SDK_VERSION", "CLAUDE_CODE_SDK_READS_SESSION_STATE" }));
        Assert.That(child["PATH"], Is.EqualTo("/mine"));
    }

    [Test]
    public void Options_that_are_variables_arrive_as_such()
    {
        using var folder = new TemporaryFolder();

        Dictionary<string, string> child = Child(o =>
        {
            o.EnableFileCheckpointing = true;
            o.QuestionPreviewFormat = QuestionPreviewFormat.Html;
            o.MaxOutputTokens = 12_345;
            o.MaxStructuredOutputRetries = 3;
            o.WorkingDirectory = folder.Path;
        });

        Assert.Multiple(() =>
        {
            Assert.That(child["CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING"], Is.EqualTo("true"));
            Assert.That(child["CLAUDE_CODE_QUESTION_PREVIEW_FORMAT"], Is.EqualTo("html"));
            Assert.That(child["CLAUDE_CODE_MAX_OUTPUT_TOKENS"], Is.EqualTo("12345"));
            Assert.That(child["MAX_STRUCTURED_OUTPUT_RETRIES"], Is.EqualTo("3"));
            Assert.That(child["PWD"], Is.EqualTo(folder.Path));
        });
    }

    [Test]
    public void The_current_span_is_handed_on_in_the_place_of_a_stale_one()
    {
        using var activity = new Activity("test");
        activity.SetIdFormat(ActivityIdFormat.W3C);
        activity.TraceStateString = "vendor=1";
        activity.AddBaggage("user", "a b,c");
        activity.Start();

        Dictionary<string, string> child = Child(inherited: new() { ["TRACEPARENT"] = "stale" }, activity: activity);

        Assert.Multiple(() =>
        {
            Assert.That(child["TRACEPARENT"], Is.EqualTo(activity.Id));
            Assert.That(child["TRACESTATE"], Is.EqualTo("vendor=1"));
            Assert.That(child["BAGGAGE"], Is.EqualTo("user=a%20b%2Cc"));
        });
    }

    [Test]
    public void A_trace_set_by_the_caller_is_not_mixed_with_the_current_one()
    {
        using var activity = new Activity("test");
        activity.SetIdFormat(ActivityIdFormat.W3C);
        activity.TraceStateString = "vendor=1";
        activity.Start();

        Dictionary<string, string> child = Child(o => o.Environment["TRACEPARENT"] = "mine", new() { ["TRACESTATE"] = "stale" }, activity);

        Assert.That(child["TRACEPARENT"], Is.EqualTo("mine"));
        Assert.That(child, Does.Not.ContainKey("TRACESTATE"));
    }

    [Test]
    public void The_environment_of_this_program_is_the_default_to_start_from()
    {
        IReadOnlyDictionary<string, string?> changes = CliEnvironment.Build(new ClaudeOptions { InheritEnvironment = false });

        Assert.That(changes, Contains.Key("PATH").WithValue(null));
    }
}
