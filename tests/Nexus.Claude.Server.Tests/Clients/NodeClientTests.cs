using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Nexus.Claude.Server.Tests.Clients;

/// <summary>The official Node clients (<c>openai</c> and <c>ai</c>) against the gateway: tests/Nexus.Claude.Server.Node.</summary>
[NonParallelizable]
internal sealed partial class NodeClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    [Test]
    [Property("gateway-row", 42)]
    public async Task The_official_Node_clients_pass_their_tests()
    {
        var node = Find("node") ?? throw new IgnoreException("There is no node on the PATH; install Node.js 20 or newer.");
        var npm = Find("npm") ?? throw new IgnoreException("There is no npm on the PATH; it comes with Node.js.");
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        var source = Path.Combine(RepositoryRoot(), "tests", "Nexus.Claude.Server.Node");
        var folder = Directory.CreateTempSubdirectory("nexus-node-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(source))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            var (installed, installing) = await RunAsync(npm, ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"], folder, [], deadline.Token);
            if (installed != 0 && Environment.GetEnvironmentVariable("CI") is null)
                Assert.Ignore($"npm could not install the clients: {installing}");
            Assert.That(installed, Is.Zero, installing);

            await using var gateway = await GatewayUnderTest.StartAsync();
            var (code, output) = await RunAsync(
                node, ["--test", "--test-reporter=tap"], folder, new() { ["NEXUS_BASE_URL"] = gateway.Address.ToString().TrimEnd('/') }, deadline.Token);
            await TestContext.Out.WriteLineAsync(output);

            Assert.That(code, Is.Zero, Failures(output));
            Assert.That(Passed(output), Is.GreaterThanOrEqualTo(40), output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Passed(string tap) =>
        PassedLine().Match(tap) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    private static string Failures(string tap)
    {
        var failures = new StringBuilder();
        var inside = false;
        foreach (var line in tap.Split('\n'))
        {
            inside = line.TrimStart().StartsWith("not ok", StringComparison.Ordinal) || (inside && !line.TrimStart().StartsWith("ok ", StringComparison.Ordinal) && !line.StartsWith("# Subtest", StringComparison.Ordinal));
            if (inside)
                failures.AppendLine(line);
        }

        return failures.ToString();
    }

    private static async Task<(int Code, string Output)> RunAsync(
        string program, string[] arguments, string folder, Dictionary<string, string> variables, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static string? Find(string program)
    {
        string[] names = OperatingSystem.IsWindows() ? [program + ".exe", program + ".cmd"] : [program];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Nexus.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests run outside of the repository.");
    }

    [GeneratedRegex(@"^# pass (\d+)", RegexOptions.Multiline)]
    private static partial Regex PassedLine();
}
