using System.Text;
using Nexus.Claude.Cli;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Cli;

/// <summary>All ways to start a CLI do the same; the other tests run the one of their system.</summary>
[Parallelizable(ParallelScope.All), Platform(Exclude = "Win", Reason = "The CLIs here are shell scripts.")]
internal sealed class CliProcessTests
{
    private static IEnumerable<Func<CliStart, CliProcess>> Ways()
    {
        yield return static start => new CliWrapProcess(start);
        yield return static start => new FrameworkProcess(start);
        if (OperatingSystem.IsLinux())
            yield return static start => new SpawnedProcess(start);
    }

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
    public async Task One_that_dies_of_a_signal_says_which(Func<CliStart, CliProcess> way)
    {
        using var folder = new TemporaryFolder();
        await using var process = Start(folder, way, "kill -9 $$");

        Assert.That(await process.Exited.InTime(), Is.EqualTo(128 + 9));
    }

    [TestCaseSource(nameof(Ways))]
    public async Task Its_end_is_seen_though_a_child_holds_its_output(Func<CliStart, CliProcess> way)
    {
        using var folder = new TemporaryFolder();
        // The child is found by what is last in its environment.
        var process = Start(folder, way, "sleep 600 & echo $!; exit 3", new() { ["BIG"] = new string('x', 100_000) });
        var child = int.Parse((await new StreamReader(process.Output).ReadLineAsync().InTime())!, System.Globalization.CultureInfo.InvariantCulture);

        Assert.That(await process.Exited.InTime(), Is.EqualTo(3));

        await process.DisposeAsync().AsTask().InTime();
        // On macOS only what hangs on the process while it lives is found.
        if (OperatingSystem.IsLinux())
            await Bounded.GoneAsync(child);
        else
            System.Diagnostics.Process.GetProcessById(child).Kill();
    }

    [Test, Platform("Linux")]
    public async Task It_ignores_neither_broken_pipes_nor_interrupts_whatever_this_program_does()
    {
        using var folder = new TemporaryFolder();
        await using var process = Start(folder, static start => new SpawnedProcess(start), "grep SigIgn /proc/self/status");
        var ignored = await new StreamReader(process.Output).ReadToEndAsync().InTime();

        const int Interrupt = 2, BrokenPipe = 13;
        var mask = ulong.Parse(ignored["SigIgn:".Length..].Trim(), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(mask & ((1UL << (BrokenPipe - 1)) | (1UL << (Interrupt - 1))), Is.Zero);
    }

    [TestCaseSource(nameof(Ways))]
    public async Task What_is_taken_out_of_the_environment_is_not_inherited(Func<CliStart, CliProcess> way)
    {
        using var folder = new TemporaryFolder();
        await using var process = Start(folder, way, "echo \"[$HOME] [$TWO] [$PATH]\"", new() { ["HOME"] = null, ["TWO"] = "a=b \u00e4" });
        var said = await new StreamReader(process.Output).ReadToEndAsync().InTime();

        Assert.That(said, Is.EqualTo($"[] [a=b \u00e4] [{Environment.GetEnvironmentVariable("PATH")}]\n"));
    }

    [TestCaseSource(nameof(Ways))]
    public void A_start_that_fails_is_explained(Func<CliStart, CliProcess> way)
    {
        using var folder = new TemporaryFolder();
        var start = CliStart.For(Path.Combine(folder.Path, "gone"), [], new Dictionary<string, string?>());

        var failure = Assert.Throws<CliStartException>(() => CliProcess.Start(start, way(start)))!;

        Assert.That(failure.Failure, Is.EqualTo(CliStartFailure.ExecutableMissing));
    }

    private static CliProcess Start(TemporaryFolder folder, Func<CliStart, CliProcess> way, string script, Dictionary<string, string?>? environment = null)
    {
        var path = folder.File("claude", "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = CliStart.For(path, ["an argument"], environment ?? new() { ["ONE"] = "1" }) with { WorkingDirectory = folder.Path };
        return CliProcess.Start(start, way(start));
    }
}
