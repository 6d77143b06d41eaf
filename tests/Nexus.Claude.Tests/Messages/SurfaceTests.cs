using System.Text.Json;

namespace Nexus.Claude.Tests.Messages;

/// <summary>Holds the message types against the list of what the official SDK 0.3.330 knows.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SurfaceTests
{
    // Envelopes of the control channel: the read loop answers them, nobody sees them as messages.
    private static readonly string[] ControlTypes = ["control_cancel_request", "control_request", "control_response", "keep_alive"];

    // Discriminators inside options (thinking, agents, hooks, MCP servers, output formats, plugins, system prompts, JSON schemas).
    private static readonly string[] OptionTypes =
    [
        "adaptive", "agent", "command", "custom", "disabled", "enabled", "http", "json_schema", "local", "mcp_tool", "object", "preset",
        "prompt", "regex", "sdk", "sse", "string",
    ];

    // Control requests, and the "error" of a control response.
    private static readonly string[] ControlSubtypes =
    [
        "apply_flag_settings", "background_tasks", "can_use_tool", "cancel_async_message", "elicitation", "error", "file_suggestions",
        "get_binary_version", "get_context_usage", "get_hooks_listing", "get_session_cost", "get_settings", "get_task_output", "get_usage",
        "hook_callback", "initialize", "interrupt", "list_models", "list_permission_rules", "mcp_call", "mcp_message", "mcp_read_resource",
        "mcp_reconnect", "mcp_set_servers", "mcp_status", "mcp_toggle", "read_file", "register_repo_root", "reload_output_styles",
        "reload_plugins", "reload_skills", "rename_session", "request_user_dialog", "rewind_files", "seed_read_state", "set_color",
        "set_has_subscribers", "set_max_thinking_tokens", "set_model", "set_permission_mode", "stop_task", "update_settings",
    ];

    [Test]
    public void Every_message_type_of_the_official_SDK_has_a_record()
    {
        foreach (var type in Listed("types").Except(ControlTypes).Except(OptionTypes).Except(["system"]))
        {
            var message = ClaudeMessage.Parse($$"""{"type":"{{type}}"}""");
            Assert.That(message, Is.Not.InstanceOf<UnknownMessage>(), type);
            Assert.That(message.Type, Is.EqualTo(type));
        }
    }

    [Test]
    public void Every_system_subtype_of_the_official_SDK_has_a_record_and_every_other_subtype_is_a_result_or_a_control_request()
    {
        string[] results = [ResultSubtype.Success.Value, ResultSubtype.ErrorDuringExecution.Value];
        foreach (var subtype in Listed("subtypes").Except(ControlSubtypes).Except(results))
        {
            var message = ClaudeMessage.Parse($$"""{"type":"system","subtype":"{{subtype}}"}""");
            Assert.That(message, Is.Not.InstanceOf<UnknownSystemMessage>(), subtype);
            Assert.That(((SystemMessage)message).Subtype, Is.EqualTo(subtype));
        }
    }

    [Test]
    public void The_exceptions_are_all_on_the_list_so_that_none_outlives_its_reason()
    {
        Assert.That(ControlTypes.Concat(OptionTypes), Is.SubsetOf(Listed("types")));
        Assert.That(ControlSubtypes, Is.SubsetOf(Listed("subtypes")));
    }

    [TestCase("command_lifecycle", typeof(CommandLifecycleMessage))]
    [TestCase("transcript_mirror", typeof(TranscriptMirrorMessage))]
    public void Types_that_only_the_real_CLI_showed_have_a_record(string type, Type record) =>
        Assert.That(ClaudeMessage.Parse($$"""{"type":"{{type}}"}"""), Is.InstanceOf(record));

    [Test]
    public void Every_message_block_event_and_delta_record_is_sealed_and_has_a_contract()
    {
        Type[] roots = [typeof(ClaudeMessage), typeof(ContentBlock), typeof(StreamEvent), typeof(ContentDelta)];
        foreach (var type in typeof(ClaudeMessage).Assembly.GetExportedTypes().Where(type => !type.IsAbstract && roots.Any(root => root.IsAssignableFrom(type))))
        {
            Assert.That(type.IsSealed, type.Name);
            if (!type.Name.StartsWith("Unknown", StringComparison.Ordinal))
                Assert.That(Nexus.Claude.Wire.MessageJson.Default.GetTypeInfo(type), Is.Not.Null, type.Name);
        }
    }

    private static List<string> Listed(string list)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Transcripts.FixtureFolder, "sdk-surface-0.3.330.json")));
        return [.. document.RootElement.GetProperty(list).EnumerateArray().Select(item => item.GetString()!)];
    }
}
