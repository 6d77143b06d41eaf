using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Tests.Messages;

[Parallelizable(ParallelScope.All)]
public sealed class TranscriptTests
{
    // Frames of the control channel are no messages; the read loop takes them out before. The one line without a type is the
    // output of a text-mode run, which the recording wrapped.
    private static readonly string[] NoMessages = ["control_request", "control_response", "control_cancel_request", ""];

    [Test]
    public void Every_line_of_every_transcript_is_of_a_known_type_or_a_control_frame()
    {
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        var count = 0;
        foreach (var (_, line) in Transcripts.Output())
        {
            count++;
            var message = ClaudeMessage.Parse(line);
            Assert.That(message.Raw.Utf8.ToArray(), Is.EqualTo(line));
            if (message is UnknownMessage other)
            {
                Assert.That(other.Problem, Is.Null);
                unknown.Add(other.Type);
            }

            Assert.That(message, Is.Not.InstanceOf<UnknownSystemMessage>(), () => Encoding.UTF8.GetString(line));
        }

        Assert.That(count, Is.GreaterThan(1000));
        Assert.That(unknown, Is.EqualTo(NoMessages.Order(StringComparer.Ordinal)));
    }

    [Test]
    public void Every_line_is_written_again_as_the_same_JSON_but_for_optional_members_that_were_explicitly_null()
    {
        foreach (var (file, line) in Transcripts.Output())
        {
            var message = ClaudeMessage.Parse(line);
            using var expected = JsonDocument.Parse(line);
            using var actual = JsonDocument.Parse(message.ToJson());
            Assert.That(JsonComparison.Difference(expected.RootElement, actual.RootElement), Is.Null, () => $"{file}: {Encoding.UTF8.GetString(line)}");
        }
    }

    [Test]
    public void No_member_block_or_event_of_any_transcript_is_unknown_at_any_depth()
    {
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (_, line) in Transcripts.Output())
        {
            foreach (var (path, record) in ObjectGraph.Walk(ClaudeMessage.Parse(line)))
            {
                var more = (record as ClaudeMessage)?.AdditionalProperties ?? (record as OpenRecord)?.AdditionalProperties;
                if (more is not null)
                    unknown.UnionWith(more.Keys.Select(name => $"{path}: {name}"));
                Assert.That(record, Is.Not.InstanceOf<UnknownBlock>().And.Not.InstanceOf<UnknownStreamEvent>().And.Not.InstanceOf<UnknownDelta>());
            }
        }

        Assert.That(unknown, Is.Empty);
    }

    [Test]
    public void The_scanner_and_the_general_reader_agree_on_every_stream_event()
    {
        var scanned = 0;
        foreach (var (_, line) in Transcripts.Output())
        {
            if (ClaudeMessage.Parse(line) is not StreamEventMessage fast)
                continue;
            // An unknown member sends the same line through the general reader.
            var slow = (StreamEventMessage)ClaudeMessage.Parse(JsonComparison.With(line, "zzz", "1"));
            scanned += fast.TextDelta is null ? 0 : 1;
            Assert.That(slow.TextDelta, Is.EqualTo(fast.TextDelta));
            Assert.That(slow.Event, Is.EqualTo(fast.Event).Or.Matches<StreamEvent?>(e => e?.Type == fast.Event.Type));
            Assert.That((slow.Uuid, slow.SessionId, slow.ParentToolUseId, slow.ApiMessageId), Is.EqualTo((fast.Uuid, fast.SessionId, fast.ParentToolUseId, fast.ApiMessageId)));
        }

        Assert.That(scanned, Is.GreaterThan(100));
    }
}
