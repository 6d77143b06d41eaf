using System.Diagnostics;
using System.Globalization;

namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>What a program waits for when it uses a memory for the first time: a new file, one message, one question about it, in a fresh process.</summary>
internal static class FirstCall
{
    /// <summary>The command that a process of its own is started with.</summary>
    public const string Name = "first-call";

    private const int Rounds = 7;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("nexus-recall-");
        long started = Stopwatch.GetTimestamp();
        var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = Path.Combine(folder.FullName, "memory.db") });
        await memory.StoreMessagesAsync([new MemoryMessage
        {
            ConversationId = "c", Role = MemoryRole.User, Content = "The signing key is rotated every 90 days.", CreatedAt = TimeProvider.System.GetUtcNow(),
        }]);
        await memory.FlushAsync();
        var stored = Stopwatch.GetElapsedTime(started);
        var found = await memory.RecallAsync(new MemoryQuery("How often is the signing key rotated?"));
        var took = Stopwatch.GetElapsedTime(started);
        await memory.DisposeAsync();
        folder.Delete(recursive: true);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stored.TotalMilliseconds:F1} {took.TotalMilliseconds:F1} {Environment.CpuUsage.TotalTime.TotalMilliseconds:F0}"));
        return found.Items.Count == 1 ? 0 : 1;
    }

    /// <summary>Starts processes of this program one after the other and prints the medians.</summary>
    public static async Task MeasureAsync()
    {
        var rounds = new List<double[]>();
        for (int i = 0; i < Rounds; i++)
        {
            using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
            {
                // Either the host "dotnet" with this assembly, or the program itself.
                ArgumentList = { typeof(FirstCall).Assembly.Location, Name },
                RedirectStandardOutput = true,
            })!;
            string line = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"The first call failed: {line}");
            rounds.Add([.. line.Split(' ').Select(part => double.Parse(part, CultureInfo.InvariantCulture))]);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"first call on a new file, fresh process, median of {Rounds}: stored after {Median(0):F0} ms, recalled after {Median(1):F0} ms (processor of the whole process {Median(2):F0} ms)"));

        double Median(int part) => rounds.Select(round => round[part]).Order().ElementAt(Rounds / 2);
    }
}
