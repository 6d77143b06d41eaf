using System.Text;
using Nexus.Claude.Protocol;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Protocol;

[Parallelizable(ParallelScope.All)]
internal sealed class WarmUpTests
{
    [TestCaseSource(typeof(WarmUp), nameof(WarmUp.Lines))]
    public void A_line_of_the_warm_up_is_of_a_known_kind_and_names_no_unknown_member(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        Assert.That(FrameScanner.TryScan(bytes, out var type, out var subtype), Is.True);
        var message = MessageReader.Read(bytes, type, subtype);
        Assert.That(message, Is.Not.InstanceOf<UnknownMessage>().And.Not.InstanceOf<UnknownSystemMessage>());
        Assert.That(message.AdditionalProperties, Is.Null.Or.Empty);
    }

    [Test]
    public void The_answer_of_the_warm_up_is_read_as_one_of_success()
    {
        var answer = ControlResponse.Read(Encoding.UTF8.GetBytes(WarmUp.Initialized))!;

        Assert.That(answer.Payload.Text("output_style"u8), Is.EqualTo("default"));
        Assert.That(answer.PendingRequests, Is.Empty);
    }
}
