using System.Diagnostics;

namespace Nexus.Claude.Server.Tests;

/// <summary>What can be seen of the packaging without a container engine: its files are sound and name what there is.</summary>
[Property("seed-row", 129)]
internal sealed class PackagingTests
{
    private static string DockerFolder => Path.Combine(Repository.Root, "packaging", "docker");

    private static IReadOnlyList<(string Name, string Text)> Instructions { get; } =
    [
        .. File.ReadAllText(Path.Combine(DockerFolder, "Dockerfile")).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
            .Select(static line => line.Trim()).Where(static line => line.Length > 0 && line[0] != '#')
            .Select(static line => line.Split(' ', 2)).Select(static parts => (parts[0], parts.Length == 2 ? parts[1].Trim() : "")),
    ];

    [Test]
    public void The_image_has_only_instructions_that_there_are_and_its_stages_are_used()
    {
        string[] known = ["FROM", "WORKDIR", "COPY", "ARG", "RUN", "USER", "ENV", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"];
        var stages = Instructions.Where(static each => each.Name == "FROM").Select(static each => each.Text.Split(" AS ")[1]).ToList();

        Assert.That(Instructions.Select(static each => each.Name).Distinct(), Is.SubsetOf(known));
        Assert.That(Instructions[0].Name, Is.EqualTo("FROM"));
        Assert.That(stages, Is.EqualTo(new[] { "build", "final" }));
        foreach (var (_, text) in Instructions.Where(static each => each.Name == "COPY" && each.Text.Contains("--from=", StringComparison.Ordinal)))
            Assert.That(stages, Does.Contain(text.Split("--from=")[1].Split(' ')[0]));
    }

    [Test]
    public void Everything_that_is_copied_exists_and_is_let_through_to_the_build()
    {
        var ignored = File.ReadAllLines(Path.Combine(DockerFolder, "Dockerfile.dockerignore"));
        Assert.That(ignored[0], Is.EqualTo("**"), "nothing goes along by accident");
        foreach (var (_, text) in Instructions.Where(static each => each.Name == "COPY" && !each.Text.Contains("--from=", StringComparison.Ordinal)))
        {
            foreach (var source in text.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..^1])
            {
                Assert.That(Path.Exists(Path.Combine(Repository.Root, source)), source);
                Assert.That(ignored, Does.Contain($"!{source.TrimEnd('/')}"));
            }
        }
    }

    [Test]
    public void The_program_runs_as_a_user_without_rights_has_its_CLI_and_is_looked_after()
    {
        var final = Instructions.SkipWhile(static each => each.Text != "mcr.microsoft.com/dotnet/aspnet:10.0 AS final").ToList();
        var user = final.FindIndex(static each => each.Name == "USER");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(final[user].Text, Is.EqualTo("nexus"));
            Assert.That(final.FindIndex(static each => each.Name == "ENTRYPOINT"), Is.GreaterThan(user));
            Assert.That(final.Skip(user).Any(static each => each.Name == "USER" && each.Text is "root" or "0"), Is.False);
            Assert.That(Instructions.Any(static each => each is { Name: "RUN" } && each.Text.Contains("doctor --install", StringComparison.Ordinal)));
            Assert.That(final.Any(static each => each.Name == "HEALTHCHECK" && each.Text.Contains("/health", StringComparison.Ordinal)));
            Assert.That(final.Single(static each => each.Name == "ENV").Text, Does.Contain("NEXUS_CLAUDE_CLI=/cli/claude").And.Contain("HOST=0.0.0.0"));
            Assert.That(string.Join('\n', Instructions.Select(static each => each.Text)), Does.Not.Contain("API_KEY=").And.Not.Contain("| bash").And.Not.Contain("| sh"));
        }
    }

    [Test]
    public void Variables_of_the_image_and_of_the_service_are_settings_that_there_are()
    {
        var text = File.ReadAllText(Path.Combine(DockerFolder, "Dockerfile")) + File.ReadAllText(Service);
        var named = text.Split("CLAUDE_CODE__").Skip(1).Select(static part => part.Split('=')[0].Replace("__", ".", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal));

        foreach (var name in named)
            Assert.That(Nexus.Claude.Gateway.SettingsReader.Names.Contains(name, StringComparer.OrdinalIgnoreCase), name);
    }

    [Test]
    public void The_service_has_its_parts_and_keeps_to_itself()
    {
        var lines = File.ReadAllLines(Service).Where(static line => line.Length > 0 && line[0] != '#').ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines.Where(static line => line[0] == '['), Is.EqualTo(new[] { "[Unit]", "[Service]", "[Install]" }));
            Assert.That(lines.Where(static line => line[0] != '['), Has.All.Matches("^[A-Za-z]+=.*$"));
            foreach (var wanted in new[] { "User=nexus-claude", "NoNewPrivileges=true", "ProtectSystem=strict", "KillSignal=SIGTERM", "Restart=on-failure", "UMask=0077" })
                Assert.That(lines, Does.Contain(wanted));
            Assert.That(lines.Single(static line => line.StartsWith("ExecStart=", StringComparison.Ordinal)), Does.EndWith("nexus-claude serve"));
        }
    }

    [Test]
    public async Task Systemd_itself_finds_no_mistake_in_the_service()
    {
        const string Analyze = "/usr/bin/systemd-analyze";
        if (!File.Exists(Analyze))
            Assert.Ignore("systemd-analyze is not installed here.");

        // The program is not installed where the service looks for it; everything else is checked.
        var folder = Directory.CreateTempSubdirectory("nexus-unit-").FullName;
        try
        {
            var unit = Path.Combine(folder, "nexus-claude.service");
            await File.WriteAllTextAsync(unit, (await File.ReadAllTextAsync(Service)).Replace("/opt/nexus-claude/nexus-claude", "/bin/true", StringComparison.Ordinal).Replace("User=nexus-claude", "User=root", StringComparison.Ordinal).Replace("Group=nexus-claude", "Group=root", StringComparison.Ordinal));
            using var check = Process.Start(new ProcessStartInfo(Analyze, ["verify", "--man=no", unit]) { RedirectStandardError = true })!;
            var mistakes = await check.StandardError.ReadToEndAsync();
            await check.WaitForExitAsync();
            Assert.That(mistakes.Split('\n').Where(static line => line.Contains("nexus-claude.service", StringComparison.Ordinal)), Is.Empty);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Service => Path.Combine(Repository.Root, "packaging", "systemd", "nexus-claude.service");
}
