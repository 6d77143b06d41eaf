using System.Diagnostics;
using System.Globalization;

namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>How fast a memory of one project with many messages is, and how large. Fills a file with made-up messages, then asks it.</summary>
internal static class ScaleBench
{
    private const int Batch = 1_000;
    private const int MadeAtOnce = 20_000;
    private const int MessagesOfConversation = 200;
    private const string Project = "/bench/scale";

    public static async Task<int> RunAsync(string[] args)
    {
        if (CommandLine.Number(args, "--messages") is not { } messages)
        {
            await Console.Error.WriteLineAsync(CommandLine.Usage);
            return 64;
        }

        await FirstCall.MeasureAsync();
        var folder = Directory.CreateTempSubdirectory("nexus-recall-");
        try
        {
            // A file that is kept is not filled again.
            string path = CommandLine.Option(args, "--file") ?? Path.Combine(folder.FullName, "memory.db");
            bool filled = File.Exists(path);
            var texts = new SyntheticTexts(42);
            if (!filled)
                await FillAsync(path, texts, messages);
            await AskAsync(path, filled ? new SyntheticTexts(42) : texts, CommandLine.Number(args, "--queries") ?? 500);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task FillAsync(string path, SyntheticTexts texts, int messages)
    {
        long characters = 0;
        long bytes = 0;
        var (clock, processor) = (TimeSpan.Zero, TimeSpan.Zero);
        var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = path });
        await using (memory)
        {
            for (int done = 0; done < messages; done += MadeAtOnce)
            {
                // Made up beforehand: that costs as much as storing.
                var made = new MemoryMessage[Math.Min(MadeAtOnce, messages - done)];
                for (int i = 0; i < made.Length; i++)
                {
                    made[i] = Message(done + i, texts.Message());
                    characters += made[i].Content.Length;
                    bytes += System.Text.Encoding.UTF8.GetByteCount(made[i].Content);
                }

                var (started, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                foreach (var batch in made.Chunk(Batch))
                    await memory.StoreMessagesAsync(batch);
                await memory.FlushAsync();
                clock += Stopwatch.GetElapsedTime(started);
                processor += Environment.CpuUsage.TotalTime - before;
            }
        }

        Print($"stored {messages} messages of {(double)characters / messages:F0} characters in batches of {Batch}: {messages / clock.TotalSeconds:F0} a second, {processor.TotalMicroseconds / messages:F1} us of processor each");
        Print($"file {new FileInfo(path).Length / 1e6:F1} MB, {new FileInfo(path).Length / (double)bytes:F2} times the text");
    }

    private static async Task AskAsync(string path, SyntheticTexts texts, int queries)
    {
        await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = path });
        string[] asked = [.. Enumerable.Range(0, queries).Select(_ => texts.Query())];
        for (int round = 0; round < 2; round++)
        {
            var (times, before, allocated) = (new Times(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
            int items = 0;
            foreach (string query in asked)
            {
                long started = Stopwatch.GetTimestamp();
                var found = await memory.RecallAsync(new MemoryQuery(query) { WorkingDirectory = Project });
                times.Add(Stopwatch.GetElapsedTime(started));
                items += found.Items.Count;
            }

            Print($"recall, {queries} queries{(round == 0 ? ", each for the first time" : " again")}: {times}; processor {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds / queries:F2} ms, allocated {(GC.GetTotalAllocatedBytes() - allocated) / 1024.0 / queries:F0} KiB, {(double)items / queries:F1} items each");
        }

        Print($"memory: {Environment.WorkingSet / 1e6:F0} MB resident with the pages of the file, {GC.GetTotalMemory(forceFullCollection: true) / 1e6:F1} MB of objects");
    }

    private static MemoryMessage Message(int number, string text) => new()
    {
        Id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddMinutes(number)).ToString("D", CultureInfo.InvariantCulture),
        ConversationId = $"conversation-{number / MessagesOfConversation}",
        Role = number % 2 == 0 ? MemoryRole.User : MemoryRole.Assistant,
        Content = text,
        Turn = number % MessagesOfConversation / 2,
        CreatedAt = DateTimeOffset.UnixEpoch.AddMinutes(number),
        WorkingDirectory = Project,
    };

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
