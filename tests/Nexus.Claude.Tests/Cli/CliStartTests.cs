using Nexus.Claude.Cli;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Cli;

/// <summary>Every way in which a start can be refused says what is wrong and what to do.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class CliStartTests
{
    [Test]
    public async Task A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "claude");

        var notFound = await ClaudeClient.ConnectAsync(new ClaudeOptions { CliPath = path }).FailureAsync<CliNotFoundException>();
        Assert.That(notFound.Message, Does.Contain(path));
        var gone = Assert.Throws<CliStartException>(() => CliProcess.Start(StartOf(path)))!;
        Assert.That(gone.Failure, Is.EqualTo(CliStartFailure.ExecutableMissing));
        Assert.That(gone.Message, Does.Contain(path));
    }

    [Test, Platform(Exclude = "Win")]
    public async Task A_missing_execute_bit_is_explained()
    {
        using var folder = new TemporaryFolder();
        var failure = await FailureOfAsync(folder.File("claude", "#!/bin/sh\n"));

        Assert.That(failure.Failure, Is.EqualTo(CliStartFailure.NotExecutable));
        Assert.That(failure.Message, Does.Contain("chmod +x"));
    }

    [Test, Platform("Linux")]
    public async Task A_program_for_another_machine_is_explained()
    {
        using var folder = new TemporaryFolder();
        // A little-endian ELF64 header whose machine (0x1234) does not exist.
        byte[] header = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0x34, 0x12, 1, 0, 0, 0, .. new byte[40]];
        var path = Path.Combine(folder.Path, "claude");
        await File.WriteAllBytesAsync(path, header);

        var failure = await FailureOfAsync(Executable(path));

        Assert.That(failure.Failure, Is.EqualTo(CliStartFailure.WrongArchitecture));
        Assert.That(failure.Message, Does.Contain("not a program for this machine"));
    }

    [Test, Platform(Exclude = "Win")]
    public async Task A_text_without_an_interpreter_is_explained()
    {
        using var folder = new TemporaryFolder();
        var failure = await FailureOfAsync(Executable(folder.File("claude", "echo hello\n")));

        Assert.That(failure.Failure, Is.EqualTo(CliStartFailure.WrongArchitecture));
    }

    [Test, Platform(Exclude = "Win")]
    public async Task A_script_whose_interpreter_is_missing_is_explained()
    {
        using var folder = new TemporaryFolder();
        var failure = await FailureOfAsync(Executable(folder.File("claude", "#!/no/such/interpreter\n")));

        Assert.That(failure.Failure, Is.EqualTo(CliStartFailure.WrongArchitecture));
        Assert.That(failure.Message, Does.Contain("interpreter"));
    }

    [Test]
    public async Task A_missing_working_folder_is_named()
    {
        using var folder = new TemporaryFolder();
        var missing = Path.Combine(folder.Path, "gone");

        var mistake = await ClaudeClient.ConnectAsync(new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath, WorkingDirectory = missing })
            .FailureAsync<OptionsValidationException>();
        Assert.That(mistake.Message, Does.Contain("WorkingDirectory").And.Contain(missing));
        var removed = Assert.Throws<CliStartException>(() => CliProcess.Start(StartOf(ScriptedCli.ExecutablePath) with { WorkingDirectory = missing }))!;
        Assert.That(removed.Failure, Is.EqualTo(CliStartFailure.WorkingDirectoryMissing));
        Assert.That(removed.Message, Does.Contain(missing));
    }

    [Test, Platform("Linux")]
    public async Task An_environment_that_is_too_long_is_explained()
    {
        var options = new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath };
        // Each value is within the limits; Linux allows a quarter of the stack, usually 2 MiB and never more than 6, for all of them.
        for (var i = 0; i < 80; i++)
            options.Environment[$"BIG{i}"] = new string('x', 90_000);

        var failure = await ClaudeClient.ConnectAsync(options).FailureAsync<CliStartException>();

        Assert.That(failure.Failure, Is.EqualTo(CliStartFailure.CommandLineTooLong));
        Assert.That(failure.Message, Does.Contain("Environment").And.Contain("128 KiB"));
    }

    [Test]
    public async Task Single_values_that_are_too_long_are_named_before_the_start()
    {
        var options = new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath };
        options.ExtraArguments["brief-text"] = new string('x', 200_000);
        options.Environment["BIG"] = new string('x', 200_000);

        var failure = await ClaudeClient.ConnectAsync(options).FailureAsync<OptionsValidationException>();

        Assert.That(failure.Message, Does.Contain("ExtraArguments['brief-text'] has 200000").And.Contain("Environment['BIG'] has 200000"));
    }

    [Test, Platform(Exclude = "Win")]
    public async Task An_account_that_does_not_exist_is_named()
    {
        var failure = await ClaudeClient.ConnectAsync(new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath, User = "no-such-account" })
            .FailureAsync<CliStartException>();

        Assert.That(failure.Failure, Is.EqualTo(CliStartFailure.UserNotAllowed));
        Assert.That(failure.Message, Does.Contain("'no-such-account'").And.Contain("no such account"));
    }

    private static Task<CliStartException> FailureOfAsync(string path) =>
        ClaudeClient.ConnectAsync(new ClaudeOptions { CliPath = path }).FailureAsync<CliStartException>();

    private static CliStart StartOf(string path) => CliStart.For(path, [], new Dictionary<string, string?>());

    private static string Executable(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
