using System.Text;
using Nexus.Claude.Cli;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Cli;

/// <summary>Both ways to start a CLI do the same; the other tests run the one of their system.</summary>
[Parallelizable(ParallelScope.All), Platform(Exclude = "Win", Reason = "The CLIs here are shell scripts.")]
internal sealed class CliWrapProcessTests
{
    private static IEnumerable<Func<CliStart, CliProcess>> Ways() => [static start => new CliWrapProcess(start), static start => new UnixProcess(start)];

    [TestCaseSource(nameof(Ways))]
    public async Task It_talks_and_exits(Func<CliStart, CliProcess> way)
    {
        using var folder = new TemporaryFolder();
        await using var process = Start(folder, way, "read line; echo \"got $line $ONE in $PWD with $1\"; echo trouble >&2; exit 7");
        Assert.That(process.ProcessId, Is.GreaterThan(0));

        await process.Input.WriteAsync("hello\n"u8.ToArray());
        await process.Input.FlushAsync();
        var said = await new StreamReader(process.Output, Encoding.UTF8).ReadToEndAsync().InTime();

        Assert.That(await process.Exited.InTime(), Is.EqualTo(7));
        await process.StandardErrorDrained.InTime();
        Assert.That(process.StandardErrorTail, Is.EqualTo("trouble"));
        Assert.That(said, Is.EqualTo($"got hello 1 in {folder.Path} with an argument\n"));
    }

    [TestCaseSource(nameof(Ways))]
    public async Task An_interrupt_reaches_it(Func<CliStart, CliProcess> way)
    {
        using var folder = new TemporaryFolder();
        await using var process = Start(folder, way, "trap 'exit 42' INT; echo up; while :; do sleep 0.05; done");
        var output = new StreamReader(process.Output);
        Assert.That(await output.ReadLineAsync().InTime(), Is.EqualTo("up"));

        process.Interrupt();

        Assert.That(await process.Exited.InTime(), Is.EqualTo(42));
        process.Interrupt();
    }

    [TestCaseSource(nameof(Ways))]
    public async Task A_kill_ends_it_with_its_children(Func<CliStart, CliProcess> way)
    {
        using var folder = new TemporaryFolder();
        var process = Start(folder, way, "trap '' INT TERM; sleep 600 & echo $!; wait");
        var output = new StreamReader(process.Output);
        var child = int.Parse((await output.ReadLineAsync().InTime())!, System.Globalization.CultureInfo.InvariantCulture);

        process.Kill();
        process.Kill();

        Assert.That(await process.Exited.InTime(), Is.Not.Zero);
        await process.DisposeAsync().AsTask().InTime();
        process.Kill();
        process.Interrupt();
        await Bounded.GoneAsync(process.ProcessId);
        await Bounded.GoneAsync(child);
    }

    [TestCaseSource(nameof(Ways))]
    public void A_start_that_fails_is_explained(Func<CliStart, CliProcess> way)
    {
        using var folder = new TemporaryFolder();
        var start = CliStart.For(Path.Combine(folder.Path, "gone"), [], new Dictionary<string, string?>());

        var failure = Assert.Throws<CliStartException>(() => CliProcess.Start(start, way(start)))!;

        Assert.That(failure.Failure, Is.EqualTo(CliStartFailure.ExecutableMissing));
    }

    private static CliProcess Start(TemporaryFolder folder, Func<CliStart, CliProcess> way, string script)
    {
        var path = folder.File("claude", "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = CliStart.For(path, ["an argument"], new Dictionary<string, string?> { ["ONE"] = "1" }) with { WorkingDirectory = folder.Path };
        return CliProcess.Start(start, way(start));
    }
}
