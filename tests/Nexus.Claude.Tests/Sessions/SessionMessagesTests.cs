using CsCheck;

namespace Nexus.Claude.Tests.Sessions;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SessionMessagesTests : IDisposable
{
    private readonly ConfigHome _home = new();

    public void Dispose() => _home.Dispose();

    [Test]
    public async Task A_conversation_is_read_as_typed_messages_with_the_entries_kept()
    {
        var transcript = new Transcript().User("u1", "hello").Attachment("x1").Assistant("a1", "Grüße \U0001F680").Attachment("x2");
        var entries = await ReadAsync(transcript);

        Assert.Multiple(() =>
        {
            Assert.That(entries.Select(entry => (entry.Message.Type, entry.Text)), Is.EqualTo(new[] { ("user", "hello"), ("assistant", "Grüße \U0001F680") }));
            Assert.That(((AssistantMessage)entries[1].Message).Message.Id, Is.EqualTo("m-a1"));
            Assert.That((entries[1].Uuid, entries[1].ParentUuid, entries[1].SessionId), Is.EqualTo(("a1", "x1", "s")));
            Assert.That(entries[0].Timestamp, Is.EqualTo(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero)));
            Assert.That(entries[0].Raw.ToString(), Is.EqualTo(transcript.Lines[0]));
            Assert.That(entries[0].Message.Raw, Is.EqualTo(entries[0].Raw));
            Assert.That(entries[1].ToString(), Does.StartWith("assistant: Grüße"));
        });
    }

    [Test]
    public async Task Results_of_parallel_tool_calls_on_sibling_branches_are_all_there([Values(1, 2, 3)] int last)
    {
        // As CLI 2.1.330 writes it: the calls are a chain, each result hangs on its call, and the answer follows one of the results.
        var transcript = new Transcript()
            .User("u1", "run three")
            .Call("c1", "t1", "m1").Call("c2", "t2", "m1").Call("c3", "t3", "m1")
            .ToolResult("r2", "t2", "two", "c2").ToolResult("r1", "t1", "one", "c1").ToolResult("r3", "t3", "three", "c3")
            .Assistant("a1", "done", parent: $"r{last}");

        var entries = await ReadAsync(transcript);

        Assert.That(entries.Select(entry => entry.Uuid), Is.EqualTo(new[] { "u1", "c1", "c2", "c3", "r2", "r1", "r3", "a1" }));
        Assert.That(((UserMessage)entries[4].Message).ToolUseResult?.GetProperty("stdout").GetString(), Is.EqualTo("two"));
    }

    [Test]
    public async Task A_branch_that_was_rewound_is_not_part_of_the_conversation()
    {
        var entries = await ReadAsync(new Transcript()
            .User("u1", "hello").Assistant("a1", "hi")
            .User("dead", "forget this").Assistant("dead2", "ok")
            .User("u2", "instead", parent: "a1").Assistant("a2", "sure"));

        Assert.That(entries.Select(entry => entry.Uuid), Is.EqualTo(new[] { "u1", "a1", "u2", "a2" }));
    }

    [Test]
    public async Task Side_chains_team_mates_and_what_the_CLI_said_to_itself_are_left_out()
    {
        var entries = await ReadAsync(new Transcript()
            .User("u1", "hello")
            .User("meta", "caveat", more: ",\"isMeta\":true")
            .User("mate", "from a team mate", more: ",\"teamName\":\"red\"")
            .Assistant("a1", "hi")
            .Link("user", "side", "a1", "\"message\":{\"role\":\"user\",\"content\":\"side\"}", ",\"isSidechain\":true"));

        Assert.That(entries.Select(entry => entry.Uuid), Is.EqualTo(new[] { "u1", "a1" }));
    }

    [Test]
    public async Task After_a_compaction_the_conversation_begins_with_its_summary_and_what_was_kept()
    {
        var transcript = new Transcript()
            .User("u1", "long ago").Assistant("a1", "kept answer").User("u2", "also gone", parent: "u1")
            .Link("system", "boundary", null, """
                "subtype":"compact_boundary","content":"Conversation compacted","logicalParentUuid":"a1","compactMetadata":{"trigger":"manual","preTokens":14,
                "preservedSegment":{"headUuid":"a1","anchorUuid":"summary","tailUuid":"a1"},"preservedMessages":{"anchorUuid":"summary","uuids":["a1"],"allUuids":["a1"]}}
                """.ReplaceLineEndings(" "))
            .User("summary", "what was said", more: ",\"isCompactSummary\":true")
            .User("u3", "go on").Assistant("a3", "fine");

        var said = await ReadAsync(transcript);
        var all = await ReadAsync(transcript, new() { IncludeSystemMessages = true });

        Assert.That(said.Select(entry => entry.Uuid), Is.EqualTo(new[] { "summary", "a1", "u3", "a3" }));
        Assert.That(said[0].IsCompactSummary);
        Assert.That(all[0].Message, Is.InstanceOf<CompactBoundaryMessage>());
        Assert.That(((CompactBoundaryMessage)all[0].Message).CompactMetadata.TokensBefore, Is.EqualTo(14));
        Assert.That(((CompactBoundaryMessage)all[0].Message).CompactMetadata.PreservedSegment?.HeadUuid, Is.EqualTo("a1"));
    }

    [Test]
    public async Task What_was_kept_is_found_by_the_ends_of_its_range_too()
    {
        var entries = await ReadAsync(new Transcript()
            .User("u1", "gone").User("u2", "kept 1").Assistant("a2", "kept 2")
            .Link("system", "boundary", null, """
                "subtype":"compact_boundary","compactMetadata":{"preservedSegment":{"headUuid":"u2","anchorUuid":"summary","tailUuid":"a2"}}
                """)
            .User("summary", "s", more: ",\"isCompactSummary\":true"));

        Assert.That(entries.Select(entry => entry.Uuid), Is.EqualTo(new[] { "summary", "u2", "a2" }));
    }

    [Test]
    public async Task Pages_of_messages()
    {
        var transcript = new Transcript();
        for (var i = 0; i < 6; i++)
            transcript.User($"u{i}", $"{i}");
        var entries = await ReadAsync(transcript, new() { Offset = 2, Limit = 3 });

        Assert.That(entries.Select(entry => entry.Text), Is.EqualTo(new[] { "2", "3", "4" }));
    }

    [Test]
    public async Task A_damaged_tree_ends_the_conversation_where_it_breaks()
    {
        var orphan = await ReadAsync(new Transcript().User("u1", "lost").Assistant("a2", "hi", parent: "gone").User("u3", "yes"));
        var circle = await ReadAsync(new Transcript().User("u1", "a", parent: "u2").User("u2", "b", parent: "u1").User("u3", "c"));

        Assert.That(orphan.Select(entry => entry.Uuid), Is.EqualTo(new[] { "a2", "u3" }));
        Assert.That(circle.Select(entry => entry.Uuid), Is.EqualTo(new[] { "u1", "u2", "u3" }));
    }

    [Test]
    public async Task The_messages_of_a_sub_agent_and_who_started_it()
    {
        var id = _home.Write(new Transcript().User("u1", "delegate").Assistant("a1", "done"));
        var folder = Directory.CreateDirectory(Path.Combine(_home.FolderOf("/w/demo"), id, "subagents", "workflows", "run-1")).FullName;
        var side = new Transcript().User("s1", "review it").Assistant("s2", "reviewed");
        var lines = side.Lines.Select(line => line.Replace("\"isSidechain\":false", "\"isSidechain\":true", StringComparison.Ordinal)).ToArray();
        await File.WriteAllLinesAsync(Path.Combine(folder, "..", "..", "agent-a1.jsonl"), lines);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "..", "..", "agent-a1.meta.json"), """{"agentType":"reviewer","description":"review","toolUseId":"toolu_1","parentAgentId":"a0"}""");
        await File.WriteAllLinesAsync(Path.Combine(folder, "agent-b2.jsonl"), lines);

        var agents = await _home.Sessions().ListSubagentsAsync(id);
        var messages = await _home.Sessions().GetSubagentMessagesAsync(id, "a1");

        Assert.That(agents, Is.EqualTo(new[]
        {
            new SubagentInfo { AgentId = "a1", AgentType = "reviewer", Description = "review", ParentToolUseId = "toolu_1", ParentAgentId = "a0" },
            new SubagentInfo { AgentId = "b2" },
        }));
        Assert.That(messages.Select(entry => entry.Text), Is.EqualTo(new[] { "review it", "reviewed" }));
        Assert.That(messages.Select(entry => (entry.ParentToolUseId, entry.ParentAgentId)), Is.All.EqualTo(("toolu_1", "a0")));
        Assert.That(((AssistantMessage)messages[1].Message).IsSidechain);
        Assert.That(await _home.Sessions().GetSubagentMessagesAsync(id, "../a1"), Is.Empty);
        Assert.That(await _home.Sessions().GetSubagentMessagesAsync(id, "none"), Is.Empty);
    }

    [Test]
    public void Any_tree_is_read_without_a_failure_and_every_message_once() =>
        Gen.Select(Gen.Int[-1, 12], Gen.Int[0, 4]).Array[1, 12].Sample(nodes =>
        {
            var transcript = new Transcript();
            for (var i = 0; i < nodes.Length; i++)
            {
                var (parent, kind) = nodes[i];
                var above = parent < 0 ? null : $"n{parent}";
                _ = kind switch
                {
                    0 => transcript.User($"n{i}", "x", above),
                    1 => transcript.Assistant($"n{i}", "x", above, messageId: "m"),
                    2 => transcript.Call($"n{i}", $"t{i}", "m", above),
                    3 => transcript.ToolResult($"n{i}", $"t{i % 3}", "x", above ?? "n0"),
                    _ => transcript.User($"n{i}", "x", above, ",\"isMeta\":true"),
                };
            }

            var entries = Nexus.Claude.Sessions.ConversationChain.Find(
                transcript.Lines.Select(line => Nexus.Claude.Sessions.TranscriptEntry.TryRead(System.Text.Encoding.UTF8.GetBytes(line), out var entry) ? entry : null!),
                ofSubagent: false,
                includeSystem: true);
            return entries.Select(entry => entry.Uuid).Distinct().Count() == entries.Count;
        });

    private async Task<IReadOnlyList<SessionEntry>> ReadAsync(Transcript transcript, SessionMessageOptions? options = null) =>
        await _home.Sessions().GetMessagesAsync(_home.Write(transcript), options);
}
