using System.Text.Json;
using CsCheck;
using Nexus.Claude.Hooks;

namespace Nexus.Claude.Tests.Hooks;

[Parallelizable(ParallelScope.All)]
internal sealed class HookInputTests
{
    [TestCaseSource(typeof(HookSamples), nameof(HookSamples.Events))]
    public void Every_member_of_an_input_has_a_property_and_its_wire_name(string name)
    {
        var input = HookInput.Parse(HookSamples.Of(name));

        Assert.That(input.GetType().Name, Is.EqualTo(name + "HookInput"));
        Assert.That(input.Event, Is.EqualTo(new HookEvent(name)));
        Assert.That(input.AdditionalProperties, Is.Null, "nothing is unknown");
        Assert.That(Missing(input), Is.Null);
    }

    [Test]
    public void Every_input_that_the_real_CLI_has_sent_is_known_to_the_last_member()
    {
        var inputs = HookSamples.Recorded().ToList();
        Assert.That(inputs, Has.Count.GreaterThan(15));
        foreach (var json in inputs)
        {
            var input = HookInput.Parse(json.GetRawText());
            Assert.That(input, Is.Not.InstanceOf<UnknownHookInput>(), json.GetRawText());
            Assert.That(input.AdditionalProperties, Is.Null, json.GetRawText());
            Assert.That(Missing(input), Is.Null, json.GetRawText());
        }
    }

    [Test]
    public void The_members_that_all_inputs_share_are_read()
    {
        var input = HookInput.Parse(HookSamples.Of("Stop"));

        Assert.Multiple(() =>
        {
            Assert.That(input.SessionId, Is.EqualTo("s"));
            Assert.That(input.TranscriptPath, Is.EqualTo("/t.jsonl"));
            Assert.That(input.WorkingDirectory, Is.EqualTo("/srv/demo"));
            Assert.That(input.PromptId, Is.EqualTo("p"));
            Assert.That(input.PermissionMode, Is.EqualTo(PermissionMode.Plan));
            Assert.That(input.AgentId, Is.EqualTo("a1"));
            Assert.That(input.AgentType, Is.EqualTo("Explore"));
            Assert.That(input.Effort, Is.EqualTo(EffortLevel.High));
            Assert.That(((StopHookInput)input).BackgroundTasks.Single().Command, Is.EqualTo("sleep 9"));
            Assert.That(((StopHookInput)input).SessionCrons.Single().IsRecurring);
        });
    }

    [Test]
    public void An_event_of_a_newer_CLI_arrives_with_everything_it_says()
    {
        var input = HookInput.Parse("""{"session_id":"s","hook_event_name":"Future","what":{"is":[1,2]}}""");

        Assert.That(input, Is.InstanceOf<UnknownHookInput>());
        Assert.That(input.Event.Value, Is.EqualTo("Future"));
        Assert.That(input.SessionId, Is.EqualTo("s"));
        Assert.That(input.AdditionalProperties!["what"].GetProperty("is").GetArrayLength(), Is.EqualTo(2));
        Assert.That(input.Raw.GetProperty("what").GetProperty("is")[1].GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public void Any_member_that_is_not_known_survives() =>
        Gen.Select(Gen.OneOf<string>([.. HookSamples.Events]), Gen.Char['a', 'z'].Array[3, 12], Gen.String[0, 20]).Sample((name, letters, text) =>
        {
            var member = "x_" + new string(letters);
            var json = HookSamples.Node(name);
            json[member] = text;

            var input = HookInput.Parse(json.ToJsonString());

            Assert.That(input.AdditionalProperties![member].GetString(), Is.EqualTo(text));
            Assert.That(input.Raw.GetProperty(member).GetString(), Is.EqualTo(text));
            Assert.That(Missing(input), Is.Null);
        }, iter: 500);

    [Test]
    public void An_input_that_says_little_has_no_nulls_to_fall_over()
    {
        foreach (var name in HookSamples.Events)
        {
            var input = HookInput.Parse($$"""{"hook_event_name":"{{name}}"}""");
            foreach (var property in input.GetType().GetProperties().Where(property => property.PropertyType == typeof(string)))
            {
                var optional = new System.Reflection.NullabilityInfoContext().Create(property).ReadState == System.Reflection.NullabilityState.Nullable;
                Assert.That(property.GetValue(input), optional ? Is.Null : Is.EqualTo(""), $"{name}.{property.Name}");
            }
        }
    }

    [Test]
    public void An_effort_in_a_form_of_a_newer_CLI_costs_nothing()
    {
        Assert.That(HookInput.Parse("""{"hook_event_name":"Stop","effort":"low"}""").Effort, Is.EqualTo(EffortLevel.Low));
        Assert.That(HookInput.Parse("""{"hook_event_name":"Stop","effort":[1]}""").Effort, Is.Null);
        Assert.That(HookInput.Parse("""{"hook_event_name":"Stop","effort":null}""").Effort, Is.Null);
    }

    [Test]
    public void What_is_no_input_is_refused()
    {
        Assert.That(() => HookInput.Parse("[]"), Throws.InstanceOf<JsonException>());
        Assert.That(() => HookInput.Parse("null"), Throws.InstanceOf<JsonException>());
        Assert.That(() => HookInput.Parse("""{"hook_event_name":"PreToolUse","tool_name":{}}"""), Throws.InstanceOf<JsonException>());
    }

    /// <summary>The first member of the JSON that writing the input would lose or change.</summary>
    private static string? Missing(HookInput input)
    {
        var written = JsonSerializer.SerializeToElement(input, HookJson.Default.GetTypeInfo(input.GetType())!);
        return Lost(input.Raw, written, "$");
    }

    private static string? Lost(JsonElement from, JsonElement to, string path)
    {
        if (from.ValueKind == JsonValueKind.Object && to.ValueKind == JsonValueKind.Object)
        {
            return from.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null)
                .Select(member => to.TryGetProperty(member.Name, out var value) ? Lost(member.Value, value, $"{path}.{member.Name}") : $"{path}.{member.Name}")
                .FirstOrDefault(lost => lost is not null);
        }

        if (from.ValueKind == JsonValueKind.Array && to.ValueKind == JsonValueKind.Array && from.GetArrayLength() == to.GetArrayLength())
        {
            return from.EnumerateArray().Zip(to.EnumerateArray()).Select((pair, index) => Lost(pair.First, pair.Second, $"{path}[{index}]"))
                .FirstOrDefault(lost => lost is not null);
        }

        return JsonElement.DeepEquals(from, to) ? null : path;
    }
}
