using System.Diagnostics;
using Nexus.Claude.Pool;

namespace Nexus.Claude.Tests.Pool;

/// <summary>How much memory a process takes.</summary>
internal sealed class ProcessMemoryTests
{
    [Test]
    public void It_is_what_the_framework_says()
    {
        using var process = Process.GetCurrentProcess();

        var told = ProcessMemory.ResidentOf(Environment.ProcessId);

        // Two looks at a process that lives.
        Assert.That(told, Is.EqualTo(process.WorkingSet64).Within(50).Percent);
    }

    [Test]
    public void A_process_that_is_gone_has_none() => Assert.That(ProcessMemory.ResidentOf(int.MaxValue), Is.Null);
}
