using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace Nexus.Claude.Tests.Permissions;

/// <summary>Suggestions must go back as they came, whatever a newer CLI puts into them.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class PermissionUpdateTests
{
    private static readonly string[] Shapes =
    [
        """{"type":"addRules","rules":[{"toolName":"Bash","ruleContent":"touch zz *"}],"behavior":"allow","destination":"localSettings"}""",
        """{"type":"replaceRules","rules":[{"toolName":"Read"}],"behavior":"ask","destination":"userSettings"}""",
        """{"type":"removeRules","rules":[],"behavior":"deny","destination":"projectSettings"}""",
        """{"type":"setMode","mode":"acceptEdits","destination":"session"}""",
        """{"type":"addDirectories","directories":["/srv/demo"],"destination":"session"}""",
        """{"type":"removeDirectories","directories":["/srv/demo"],"destination":"cliArg"}""",
        """{"type":"addRules","rules":[{"toolName":"Bash","ruleContent":"x","scope":{"a":[1,null]}}],"behavior":"later","destination":"moon","expires":12}""",
        """{"type":"addRules","rules":"none","behavior":"allow","destination":"session"}""",
        """{"type":"addRules","rules":[{"ruleContent":"x"}],"behavior":"allow","destination":"session"}""",
        """{"type":"setMode","mode":null,"destination":"session"}""",
        """{"type":"addDirectories","directories":[1],"destination":"session"}""",
        """{"type":"grantMoon","phase":"full"}""",
        """{"no":"type"}""",
    ];

    [TestCaseSource(nameof(Shapes))]
    public void A_suggestion_goes_back_as_it_came(string json) => AssertSame(json, Write(PermissionUpdate.Read(JsonElement.Parse(json))));

    [TestCaseSource(nameof(Shapes))]
    public void The_serializer_reads_and_writes_it_too(string json)
    {
        var update = JsonSerializer.Deserialize<PermissionUpdate>(json)!;
        AssertSame(json, JsonSerializer.Serialize(update));
    }

    [Test]
    public void Unknown_members_of_any_suggestion_survive() => Gen.Select(Gen.Int[0, 5].Select(index => Shapes[index]), Gen.String[Gen.Char.AlphaNumeric, 1, 8], Gen.String)
        .Where(each => !each.Item1.Contains($"\"{each.Item2}\"", StringComparison.Ordinal))
        .Sample((json, name, value) =>
        {
            var wider = JsonNode.Parse(json)!.AsObject();
            wider[name] = value;
            AssertSame(wider.ToJsonString(), Write(PermissionUpdate.Read(JsonElement.Parse(wider.ToJsonString()))));
        });

    [Test]
    public void What_is_known_is_typed()
    {
        var rules = (AddRulesUpdate)PermissionUpdate.Read(JsonElement.Parse(Shapes[0]));
        Assert.That(rules.Rules.Single().ToString(), Is.EqualTo("Bash(touch zz *)"));
        Assert.That(rules.Behavior, Is.EqualTo(PermissionBehavior.Allow));
        Assert.That(rules.Destination, Is.EqualTo(PermissionUpdateDestination.LocalSettings));
        Assert.That(PermissionUpdate.Read(JsonElement.Parse(Shapes[3])), Is.EqualTo(new SetModeUpdate(PermissionMode.AcceptEdits)));
        Assert.That(PermissionUpdate.Read(JsonElement.Parse(Shapes[5])), Is.InstanceOf<RemoveDirectoriesUpdate>());
        Assert.That(PermissionUpdate.Read(JsonElement.Parse(Shapes[11])), Is.InstanceOf<UnknownPermissionUpdate>().With.Property("Type").EqualTo("grantMoon"));
    }

    [TestCase("Read", "Read", null)]
    [TestCase("Bash(git *)", "Bash", "git *")]
    [TestCase("Read(//etc/**)", "Read", "//etc/**")]
    [TestCase("mcp__server", "mcp__server", null)]
    public void A_rule_is_read_from_its_text(string text, string tool, string? content)
    {
        Assert.That(PermissionRule.Parse(text), Is.EqualTo(new PermissionRule(tool, content)));
        Assert.That(new PermissionRule(tool, content).ToString(), Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCase("Bash(git")]
    [TestCase("Bash, Read")]
    [TestCase("-x")]
    public void What_is_no_rule_is_refused(string text) => Assert.That(() => PermissionUpdate.AllowRules(text), Throws.InstanceOf<FormatException>());

    [Test]
    public void A_decision_refuses_what_the_CLI_would_refuse()
    {
        Assert.That(() => PermissionDecision.Allow(JsonElement.Parse("[]")), Throws.ArgumentException);
        Assert.That(() => PermissionDecision.Allow(null, [new AddDirectoriesUpdate([.. Enumerable.Repeat("/a", 4096)])]), Throws.ArgumentException);
        Assert.That(PermissionDecision.Allow(null, [new AddDirectoriesUpdate([.. Enumerable.Repeat("/a", 4095)])]).UpdatedPermissions, Has.Count.EqualTo(1));
    }

    private static string Write(PermissionUpdate update)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            update.Write(json);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void AssertSame(string expected, string actual) =>
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"{expected}\nbecame\n{actual}");
}
