using System.Reflection;
using System.Text.Json;
using Nexus.Claude.Hooks;
using Nexus.Claude.Tests.Messages;

namespace Nexus.Claude.Tests.Hooks;

[Parallelizable(ParallelScope.All)]
internal sealed class HookEventTests
{
    private static readonly Dictionary<string, PropertyInfo> Members = typeof(HookEvent)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(property => property.Name);

    [Test]
    public void Every_event_of_the_official_SDK_has_a_typed_member_with_types_of_its_own()
    {
        using var surface = JsonDocument.Parse(File.ReadAllText(Path.Combine(Transcripts.FixtureFolder, "sdk-surface-0.3.330.json")));
        var official = surface.RootElement.GetProperty("hookEvents").EnumerateArray().Select(item => item.GetString()!).ToList();

        Assert.That(official, Has.Count.EqualTo(33));
        foreach (var name in official)
        {
            Assert.That(Members, Does.ContainKey(name));
            var member = Members[name];
            Assert.That(member.GetValue(null)!.ToString(), Is.EqualTo(name));
            Assert.That(member.PropertyType.GenericTypeArguments.Select(type => type.Name), Is.EqualTo(new[] { name + "HookInput", name + "HookOutput" }));
        }

        Assert.That(Members.Keys, Is.EquivalentTo(official), "and there is none that the official SDK does not have");
        Assert.That(HookEvents.Names, Is.EquivalentTo(official));
        Assert.That(HookSamples.Events, Is.EquivalentTo(official));
    }

    [Test]
    public void The_events_that_guard_something_are_these()
    {
        var gates = HookEvents.Names.Where(name => new HookEvent(name).IsGate);

        Assert.That(gates, Is.EquivalentTo(new[]
        {
            "PreToolUse", "PermissionRequest", "UserPromptSubmit", "UserPromptExpansion", "PreModelSwitch", "Elicitation", "ElicitationResult", "ConfigChange",
        }));
        Assert.That(gates.Select(name => HookEvents.Find(name)!.Refuse), Has.None.Null);
        Assert.That(new HookEvent("Future").IsGate, Is.False);
    }

    [Test]
    public void An_event_is_its_name()
    {
        HookEvent typed = HookEvent.Stop;

        Assert.That(typed, Is.EqualTo(new HookEvent("Stop")));
        Assert.That(typed == HookEvent.Stop);
        Assert.That(typed, Is.Not.EqualTo(HookEvent.SubagentStop.Name));
        Assert.That(default(HookEvent).Value, Is.Empty);
        Assert.That($"{HookEvent.Stop} {typed}", Is.EqualTo("Stop Stop"));
    }
}
