using System.Diagnostics;

namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>Stores a corpus from a file, asks all its queries, writes the run, and scores it where the queries name what is relevant.</summary>
internal static class RecallBench
{
    public static async Task<int> RunAsync(string[] args)
    {
        string? corpus = CommandLine.Option(args, "--corpus"), queries = CommandLine.Option(args, "--queries"), output = CommandLine.Option(args, "--out");
        if (corpus is null || queries is null)
        {
            await Console.Error.WriteLineAsync(CommandLine.Usage);
            return 64;
        }

        await using var run = await RecallRun.StartAsync();
        int stored = await run.StoreAsync(JsonLines.ReadCorpusAsync(corpus));
        var (scores, times) = (new Scores(), new Times());
        await using var writer = output is null ? null : new StreamWriter(output);
        await foreach (var question in JsonLines.ReadQuestionsAsync(queries))
        {
            long started = Stopwatch.GetTimestamp();
            string[] found = await run.AskAsync(question);
            times.Add(Stopwatch.GetElapsedTime(started));
            scores.Add(found, question.Relevant);
            if (writer is not null)
                await writer.WriteLineAsync(JsonLines.Line(question, found));
        }

        Console.WriteLine($"{stored} messages, {times.Count} queries, {times}");
        if (scores.Queries > 0)
            Console.WriteLine(scores);
        return 0;
    }
}
