using System.Reflection;
using System.Text.Json;
using Nexus.Claude.Tests.Messages;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Surface;

/// <summary>
/// Holds our public surface against the official SDK 0.3.330. The lists are read from the fixture: a name that is new there and has neither
/// a typed member here nor a reason fails.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed partial class SurfaceTests
{
    // Envelopes of the control channel: the read loop answers them, nobody sees them as messages.
    private static readonly string[] ControlTypes = ["control_cancel_request", "control_request", "control_response", "keep_alive"];

    // Discriminators inside options (thinking, agents, hooks, MCP servers, output formats, plugins, system prompts, JSON schemas).
    private static readonly string[] OptionTypes =
    [
        "adaptive", "agent", "command", "custom", "disabled", "enabled", "http", "json_schema", "local", "mcp_tool", "object", "preset",
        "prompt", "regex", "sdk", "sse", "string",
    ];

    // The subtypes of results and of answers to control requests.
    private static readonly string[] OutcomeSubtypes = ["success", "error", "error_during_execution"];

    private static List<string> OfficialOptions => Listed("options");

    private static List<string> OfficialMethods => Listed("queryMethods");

    private static List<string> OfficialSubtypes => [.. Listed("subtypes").Except(OutcomeSubtypes)];

    private static List<string> OfficialTypes => [.. Listed("types").Except(ControlTypes).Except(OptionTypes).Except(["system"])];

    private static List<string> OfficialHookEvents => Listed("hookEvents");

    [TestCaseSource(nameof(OfficialOptions))]
    public void An_option_has_a_property_or_a_reason(string option)
    {
        if (Options.TryGetValue(option, out var property))
            Assert.That(typeof(ClaudeOptions).GetProperty(property), Is.Not.Null, $"ClaudeOptions.{property}");
        else
            Assert.That(OptionExceptions.Keys, Does.Contain(option), "no property, no reason");
    }

    [TestCaseSource(nameof(OfficialMethods))]
    public void A_method_of_a_query_has_a_member(string method)
    {
        Assert.That(Methods.TryGetValue(method, out var members), "no member");
        AssertExist(members!);
    }

    [TestCaseSource(nameof(OfficialSubtypes))]
    public void A_subtype_is_a_message_a_control_request_with_a_method_or_has_a_reason(string subtype)
    {
        if (ControlRequests.TryGetValue(subtype, out var members))
        {
            AssertExist(members);
            return;
        }

        if (ControlRequestExceptions.ContainsKey(subtype))
            return;
        var message = ClaudeMessage.Parse($$"""{"type":"system","subtype":"{{subtype}}"}""");
        Assert.That(message, Is.InstanceOf<SystemMessage>().And.Not.InstanceOf<UnknownSystemMessage>(), "no record, no method, no reason");
        Assert.That(((SystemMessage)message).Subtype, Is.EqualTo(subtype));
    }

    [TestCaseSource(nameof(OfficialTypes))]
    public void A_message_type_has_a_record(string type)
    {
        var message = ClaudeMessage.Parse($$"""{"type":"{{type}}"}""");
        Assert.That(message, Is.Not.InstanceOf<UnknownMessage>());
        Assert.That(message.Type, Is.EqualTo(type));
    }

    [TestCase("command_lifecycle", typeof(CommandLifecycleMessage))]
    [TestCase("transcript_mirror", typeof(TranscriptMirrorMessage))]
    public void A_type_that_only_the_real_CLI_showed_has_a_record(string type, Type record) =>
        Assert.That(ClaudeMessage.Parse($$"""{"type":"{{type}}"}"""), Is.InstanceOf(record));

    [TestCaseSource(nameof(OfficialHookEvents))]
    public void A_hook_event_is_a_known_value(string name)
    {
        var known = typeof(HookEvent).GetProperty(name, BindingFlags.Public | BindingFlags.Static)?.GetValue(null);
        Assert.That(known, Is.Not.Null, "no member");
        Assert.That(known!.GetType().GetProperty("Name")?.GetValue(known), Is.EqualTo(new HookEvent(name)));
    }

    [Test]
    public void No_entry_outlives_its_reason()
    {
        Assert.Multiple(() =>
        {
            Assert.That(ControlTypes.Concat(OptionTypes), Is.SubsetOf(Listed("types")));
            Assert.That(OutcomeSubtypes, Is.SubsetOf(Listed("subtypes")));
            Assert.That(Options.Keys.Concat(OptionExceptions.Keys), Is.EquivalentTo(OfficialOptions));
            Assert.That(Methods.Keys, Is.EquivalentTo(OfficialMethods));
            Assert.That(ControlRequests.Keys.Except(Undocumented).Concat(ControlRequestExceptions.Keys), Is.SubsetOf(OfficialSubtypes));
            Assert.That(Undocumented, Is.SubsetOf(ControlRequests.Keys));
            Assert.That(Undocumented.Intersect(OfficialSubtypes), Is.Empty);
        });
    }

    [Test]
    public void Every_message_block_event_and_delta_record_is_sealed_and_has_a_contract()
    {
        Type[] roots = [typeof(ClaudeMessage), typeof(ContentBlock), typeof(StreamEvent), typeof(ContentDelta)];
        foreach (var type in typeof(ClaudeMessage).Assembly.GetExportedTypes().Where(type => !type.IsAbstract && roots.Any(root => root.IsAssignableFrom(type))))
        {
            Assert.That(type.IsSealed, type.Name);
            if (!type.Name.StartsWith("Unknown", StringComparison.Ordinal))
                Assert.That(MessageJson.Default.GetTypeInfo(type), Is.Not.Null, type.Name);
        }
    }

    /// <summary>Members as "Type.Name", with spaces between them.</summary>
    private static void AssertExist(string members)
    {
        foreach (var member in members.Split(' '))
        {
            var (type, name) = (member.Split('.')[0], member.Split('.')[1]);
            var found = typeof(ClaudeClient).Assembly.GetType($"Nexus.Claude.{type}", throwOnError: true)!
                .GetMember(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static);
            Assert.That(found, Is.Not.Empty, member);
        }
    }

    private static List<string> Listed(string list)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Transcripts.FixtureFolder, "sdk-surface-0.3.330.json")));
        return [.. document.RootElement.GetProperty(list).EnumerateArray().Select(item => item.GetString()!)];
    }
}
