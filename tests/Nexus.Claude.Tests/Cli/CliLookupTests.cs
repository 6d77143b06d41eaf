using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
internal sealed class CliLookupTests
{
    [Test]
    public async Task The_first_place_that_has_a_cli_wins_in_the_promised_order()
    {
        using var bench = new CliBench();
        var explicitPath = bench.WriteExecutable("explicit/claude");
        var variable = bench.WriteExecutable("variable/claude");
        Directory.CreateDirectory(bench.InstallFolder);
        await File.WriteAllBytesAsync(bench.InstalledPath, bench.Content);
        var onPath = bench.WriteExecutable("path/claude");
        var known = bench.WriteExecutable("home/.local/bin/claude");
        var path = Path.Combine(bench.Folder, "path");

        bench.SetVariables(("NEXUS_CLAUDE_CLI", variable), ("PATH", path));
        Assert.That(await ResolveAsync(bench, explicitPath), Is.EqualTo(new CliInstallation(explicitPath, null, CliInstallationSource.Explicit)));
        Assert.That(await ResolveAsync(bench), Is.EqualTo(new CliInstallation(variable, null, CliInstallationSource.EnvironmentVariable)));

        bench.SetVariables(("PATH", path));
        Assert.That(await ResolveAsync(bench), Is.EqualTo(new CliInstallation(bench.InstalledPath, "9.9.9", CliInstallationSource.Cache)));

        File.Delete(bench.InstalledPath);
        Assert.That(await ResolveAsync(bench), Is.EqualTo(new CliInstallation(onPath, null, CliInstallationSource.Path)));

        File.Delete(onPath);
        Assert.That(await ResolveAsync(bench), Is.EqualTo(new CliInstallation(known, null, CliInstallationSource.KnownFolder)));

        File.Delete(known);
        Assert.That(await ClaudeCli.FindAsync(bench.Options()), Is.Null);

        await using var origin = await LoopbackOrigin.StartAsync(new FileBehaviour(bench.Content).ServeAsync);
        var downloaded = await ClaudeCli.ResolveAsync(null, download: true, bench.Options(origin.Address), null, CancellationToken.None);
        Assert.That(downloaded, Is.EqualTo(new CliInstallation(bench.InstalledPath, "9.9.9", CliInstallationSource.Downloaded)));
    }

    [Test]
    public async Task Finding_nothing_names_every_place_and_the_way_out()
    {
        using var bench = new CliBench();
        bench.SetVariables(("PATH", "/one/bin:/two/bin:relative"));

        var error = await Assert.ThrowsAsync<CliNotFoundException>(() => ResolveAsync(bench));

        Assert.That(error!.SearchedLocations, Is.EqualTo(new[]
        {
            "NEXUS_CLAUDE_CLI (not set)",
            bench.InstalledPath,
            "/one/bin",
            "/two/bin",
            Path.Combine(bench.Home, ".local", "bin"),
            Path.Combine(bench.Home, ".npm-global", "bin"),
            Path.Combine(bench.Folder, "root", "usr", "local", "bin"),
            Path.Combine(bench.Folder, "root", "opt", "homebrew", "bin"),
            Path.Combine(bench.Home, "node_modules", ".bin"),
            Path.Combine(bench.Home, ".yarn", "bin"),
            Path.Combine(bench.Home, ".claude", "local"),
        }));
        Assert.That(error.Message, Does.Contain("await ClaudeCli.InstallAsync()").And.Contain("/two/bin").And.Contain("NEXUS_CLAUDE_CLI"));
    }

    [Test]
    public async Task A_named_executable_that_does_not_exist_is_an_error_and_not_a_reason_to_look_further()
    {
        using var bench = new CliBench();
        bench.SetVariables(("NEXUS_CLAUDE_CLI", "/nowhere/claude"), ("PATH", Path.Combine(bench.Folder, "path")));
        bench.WriteExecutable("path/claude");

        var fromVariable = await Assert.ThrowsAsync<CliNotFoundException>(() => ResolveAsync(bench));
        var fromOptions = await Assert.ThrowsAsync<CliNotFoundException>(() => ResolveAsync(bench, "/elsewhere/claude"));

        Assert.That(fromVariable!.Message, Does.Contain("environment variable NEXUS_CLAUDE_CLI").And.Contain("/nowhere/claude"));
        Assert.That(fromOptions!.Message, Does.Contain("named in the options").And.Contain("/elsewhere/claude"));
        Assert.That(fromOptions.SearchedLocations, Is.EqualTo(new[] { "/elsewhere/claude" }));
    }

    [Test]
    public async Task A_bare_name_is_looked_for_on_the_path_and_a_relative_one_from_the_current_folder()
    {
        using var bench = new CliBench();
        var onPath = bench.WriteExecutable("path/my-claude");
        var relative = bench.WriteExecutable("work/tools/claude");
        bench.SetVariables(("PATH", Path.Combine(bench.Folder, "path")));

        Assert.That((await ResolveAsync(bench, "my-claude")).Path, Is.EqualTo(onPath));
        Assert.That((await ResolveAsync(bench, "tools/claude")).Path, Is.EqualTo(relative));
        await Assert.ThrowsAsync<CliNotFoundException>(() => ResolveAsync(bench, "other-claude"));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task A_file_that_may_not_be_executed_is_passed_over_on_the_path()
    {
        using var bench = new CliBench();
        bench.Write("one/claude");
        var executable = bench.WriteExecutable("two/claude");
        bench.SetVariables(("PATH", $"{bench.Folder}/one:{bench.Folder}/two"));

        Assert.That((await ResolveAsync(bench)).Path, Is.EqualTo(executable));
    }

    [Test]
    public async Task A_damaged_binary_in_the_cache_is_not_used_and_the_list_says_so()
    {
        using var bench = new CliBench();
        Directory.CreateDirectory(bench.InstallFolder);
        await File.WriteAllBytesAsync(bench.InstalledPath, new byte[bench.Content.Length]);

        var error = await Assert.ThrowsAsync<CliNotFoundException>(() => ResolveAsync(bench));

        Assert.That(error!.SearchedLocations[1], Is.EqualTo($"{bench.InstalledPath} (is not the file it should be)"));
    }

    [Test]
    public async Task On_windows_only_native_programs_count()
    {
        using var bench = Windows();
        bench.Write("one/claude.cmd");
        bench.Write("one/claude");
        var native = bench.Write("two/claude.exe");

        Assert.That((await ResolveAsync(bench)).Path, Is.EqualTo(native));
    }

    [Test]
    public async Task On_windows_npms_batch_file_leads_to_the_native_program_beside_it()
    {
        using var bench = Windows();
        bench.Write("one/claude.cmd");
        var native = bench.Write("one/node_modules/@anthropic-ai/claude-code/bin/claude.exe");

        Assert.That((await ResolveAsync(bench)).Path, Is.EqualTo(native));
    }

    [Test]
    public async Task On_windows_a_lone_batch_file_is_not_started_and_the_error_says_why()
    {
        using var bench = Windows();
        var shim = bench.Write("one/claude.cmd");

        var error = await Assert.ThrowsAsync<CliNotFoundException>(() => ResolveAsync(bench));

        Assert.That(error!.Message, Does.Contain("Batch files were found but are not started").And.Contain(shim));
    }

    [TestCase(@"C:\npm\claude.cmd")]
    [TestCase(@"C:\npm\CLAUDE.BAT")]
    [TestCase(@"C:\npm\claude.cmd. .")]
    [TestCase(@"C:\npm\claude.bat::$DATA")]
    [TestCase(@"claude.cmd\.")]
    [TestCase("claude.cmd")]
    public async Task On_windows_a_named_batch_file_is_refused(string path)
    {
        using var bench = Windows();

        var error = await Assert.ThrowsAsync<CliStartException>(() => ResolveAsync(bench, path));

        Assert.That(error!.Failure, Is.EqualTo(CliStartFailure.NotExecutable));
        Assert.That(error.Message, Does.Contain("cmd.exe").And.Contain("claude.exe"));
    }

    [TestCase("/opt/cmd/claude")]
    [TestCase(@"C:\Users\bat\claude.exe")]
    [TestCase(@"C:\x.cmdlets\claude.exe")]
    public void Other_names_are_no_batch_files(string path) => Assert.That(CliLookup.IsBatchFile(path), Is.False);

    [TestCase(HostSystem.Linux, "", "home/.cache/nexus-claude/cli")]
    [TestCase(HostSystem.Linux, "XDG_CACHE_HOME=/xdg", "/xdg/nexus-claude/cli")]
    [TestCase(HostSystem.Linux, "XDG_CACHE_HOME=relative", "home/.cache/nexus-claude/cli")]
    [TestCase(HostSystem.MacOS, "XDG_CACHE_HOME=/xdg", "home/Library/Caches/nexus-claude/cli")]
    [TestCase(HostSystem.Windows, "LOCALAPPDATA=/local", "/local/nexus-claude/cli")]
    [TestCase(HostSystem.Windows, "", "home/AppData/Local/nexus-claude/cli")]
    [TestCase(HostSystem.Linux, "NEXUS_CLAUDE_CACHE=/mine", "/mine")]
    [TestCase(HostSystem.Linux, "NEXUS_CLAUDE_CACHE=mine", "work/mine")]
    [Platform(Exclude = "Win")]
    public void The_cache_is_where_the_system_keeps_caches(object system, string variable, string expected)
    {
        using var bench = new CliBench();
        if (variable.Split('=') is [var name, var value])
            bench.SetVariables((name, value));

        var root = CliCache.RootFolder(new CliInstallOptions(), bench.Host with { System = (HostSystem)system });

        Assert.That(root, Is.EqualTo(Path.Combine(bench.Folder, expected)));
    }

    private static CliBench Windows()
    {
        var bench = new CliBench();
        bench.SetVariables(("PATH", $"{bench.Folder}/one;\"{bench.Folder}/two\""));
        bench.Host = bench.Host with { System = HostSystem.Windows };
        return bench;
    }

    private static Task<CliInstallation> ResolveAsync(CliBench bench, string? explicitPath = null) =>
        ClaudeCli.ResolveAsync(explicitPath, download: false, bench.Options(), null, CancellationToken.None);
}
