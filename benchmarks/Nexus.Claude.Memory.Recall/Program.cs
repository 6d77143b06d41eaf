using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Nexus.Claude.Memory.Recall;

return args switch
{
    ["--scale", var count, ..] => await Scale.RunAsync(int.Parse(count, CultureInfo.InvariantCulture)),
    _ => await Bench.RunAsync(args),
};

namespace Nexus.Claude.Memory.Recall
{
    /// <summary>
    /// Stores a corpus in a real file by the public API, asks all queries, writes the ranking, and scores it where the queries name what is
    /// relevant.
    /// </summary>
    internal static class Bench
    {
        private const int DefaultDepth = 20;

        public static async Task<int> RunAsync(string[] args)
        {
            string? corpus = Option(args, "--corpus"), queries = Option(args, "--queries"), output = Option(args, "--out");
            if (corpus is null || queries is null)
            {
                await Console.Error.WriteLineAsync("usage: nexus-recall --corpus corpus.jsonl --queries queries.jsonl [--out run.jsonl]\n       nexus-recall --scale 100000");
                return 64;
            }

            var folder = Directory.CreateTempSubdirectory("nexus-recall-");
            try
            {
                await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = Path.Combine(folder.FullName, "memory.db"), RedactSecrets = false });
                long stored = await StoreAsync(memory, corpus);
                var scores = new Scores();
                await using var writer = output is null ? null : new StreamWriter(output);
                await foreach (string line in File.ReadLinesAsync(queries))
                {
                    if (line.Length == 0)
                        continue;
                    var query = JsonElement.Parse(line);
                    long started = Stopwatch.GetTimestamp();
                    var found = await AskAsync(memory, query);
                    scores.Add(Stopwatch.GetElapsedTime(started), found, Relevant(query));
                    if (writer is not null)
                        await writer.WriteLineAsync(Line(query.GetProperty("qid"), found));
                }

                Console.WriteLine($"{stored} messages, {scores}");
                return 0;
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        // A conversation of the corpus is a long acquaintance of many sittings: what a project is to us.
        private static async Task<long> StoreAsync(ClaudeMemory memory, string corpus)
        {
            long count = 0;
            var batch = new List<MemoryMessage>();
            await foreach (string line in File.ReadLinesAsync(corpus))
            {
                if (line.Length == 0)
                    continue;
                var entry = JsonElement.Parse(line);
                string conversation = Text(entry, "conversation") ?? "corpus";
                string session = Text(entry, "session") ?? "1";
                batch.Add(new MemoryMessage
                {
                    Id = Text(entry, "id"),
                    ConversationId = $"{conversation}/{session}",
                    Session = session,
                    Project = $"/bench/{conversation}",
                    Role = MemoryRole.User,
                    Speaker = Text(entry, "speaker"),
                    Content = Text(entry, "text") ?? "",
                    Turn = int.TryParse(Text(entry, "turn"), out int turn) ? turn : 0,
                    CreatedAt = DateTimeOffset.TryParse(Text(entry, "timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                        ? time : DateTimeOffset.UnixEpoch,
                });
                count++;
                if (batch.Count == 500)
                {
                    await memory.StoreMessagesAsync(batch);
                    batch.Clear();
                }
            }

            await memory.StoreMessagesAsync(batch);
            await memory.FlushAsync();
            return count;
        }

        private static async Task<string[]> AskAsync(ClaudeMemory memory, JsonElement query)
        {
            string? conversation = Text(query, "conversation");
            int depth = query.TryGetProperty("k", out var k) && k.TryGetInt32(out int wanted) ? Math.Clamp(wanted, 1, 100) : DefaultDepth;
            var found = await memory.RecallAsync(new MemoryQuery(Text(query, "text") ?? "")
            {
                WorkingDirectory = conversation is null ? null : $"/bench/{conversation}",
                Reach = conversation is null ? MemoryReach.Everywhere : MemoryReach.Project,
                Limit = depth,
                MinimumCoverage = 0,
                MinimumScore = 0,
                Diversify = false,
                UsePriors = false,
            });
            return [.. found.Items.Select(item => item.Message.Id!)];
        }

        private static HashSet<string>? Relevant(JsonElement query) =>
            query.TryGetProperty("relevant", out var ids) ? [.. ids.EnumerateArray().Select(id => id.GetString()!)] : null;

        private static string Line(JsonElement id, string[] found)
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                json.WritePropertyName("qid");
                id.WriteTo(json);
                json.WriteStartArray("ids");
                foreach (string one in found)
                    json.WriteStringValue(one);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            return System.Text.Encoding.UTF8.GetString(stream.ToArray());
        }

        private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            }
            : null;

        private static string? Option(string[] args, string name) =>
            Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    /// <summary>The usual measures, averaged over the queries that name what is relevant.</summary>
    internal sealed class Scores
    {
        private readonly List<double> _times = [];
        private int _queries;
        private double _hit1, _recall5, _recall10, _gain10, _reciprocal;

        public void Add(TimeSpan time, string[] found, HashSet<string>? relevant)
        {
            _times.Add(time.TotalMilliseconds);
            if (relevant is not { Count: > 0 })
                return;
            _queries++;
            _hit1 += found.Take(1).Count(relevant.Contains);
            _recall5 += (double)found.Take(5).Count(relevant.Contains) / relevant.Count;
            _recall10 += (double)found.Take(10).Count(relevant.Contains) / relevant.Count;
            int first = Array.FindIndex(found, relevant.Contains);
            _reciprocal += first < 0 ? 0 : 1.0 / (first + 1);
            double ideal = Enumerable.Range(0, Math.Min(10, relevant.Count)).Sum(i => 1 / Math.Log2(i + 2));
            _gain10 += found.Take(10).Select((id, i) => relevant.Contains(id) ? 1 / Math.Log2(i + 2) : 0).Sum() / ideal;
        }

        public override string ToString()
        {
            _times.Sort();
            string times = string.Create(CultureInfo.InvariantCulture, $"{_times.Count} queries, ms p50 {At(0.5):F2} p95 {At(0.95):F2} p99 {At(0.99):F2}");
            return _queries == 0 ? times : string.Create(CultureInfo.InvariantCulture,
                $"{times}\nhit@1 {_hit1 / _queries:F3}  R@5 {_recall5 / _queries:F3}  R@10 {_recall10 / _queries:F3}  nDCG@10 {_gain10 / _queries:F3}  MRR {_reciprocal / _queries:F3}");
        }

        private double At(double share) => _times.Count == 0 ? 0 : _times[Math.Min(_times.Count - 1, (int)(_times.Count * share))];
    }

    /// <summary>How fast it is with many messages: made of random words with the frequencies of a language.</summary>
    internal static class Scale
    {
        public static async Task<int> RunAsync(int count)
        {
            var folder = Directory.CreateTempSubdirectory("nexus-recall-");
            try
            {
                string path = Path.Combine(folder.FullName, "memory.db");
                long started = Stopwatch.GetTimestamp();
                await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = path });
                await memory.RecallAsync(new MemoryQuery("first call on a new file"));
                Console.WriteLine($"first call on a new file: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms");

                var words = new Words(42);
                long bytes = 0;
                var spent = Process.GetCurrentProcess().TotalProcessorTime;
                started = Stopwatch.GetTimestamp();
                for (int done = 0; done < count; done += 1_000)
                {
                    var batch = new MemoryMessage[Math.Min(1_000, count - done)];
                    for (int i = 0; i < batch.Length; i++)
                    {
                        string text = words.Text();
                        bytes += text.Length;
                        batch[i] = new MemoryMessage
                        {
                            Id = $"m{done + i}", ConversationId = $"c{(done + i) / 200}", Role = MemoryRole.User, Content = text, Turn = i,
                            CreatedAt = DateTimeOffset.UnixEpoch.AddMinutes(done + i), WorkingDirectory = "/bench/scale",
                        };
                    }

                    await memory.StoreMessagesAsync(batch);
                }

                await memory.FlushAsync();
                var took = Stopwatch.GetElapsedTime(started);
                Console.WriteLine($"stored {count} messages in {took.TotalSeconds:F1} s: {count / took.TotalSeconds:F0} a second; {(Process.GetCurrentProcess().TotalProcessorTime - spent).TotalSeconds:F1} s of processor, with making them up");
                long size = new FileInfo(path).Length;
                Console.WriteLine($"file {size / 1e6:F0} MB for {bytes / 1e6:F0} MB of text: {(double)size / bytes:F2} times");

                for (int round = 0; round < 2; round++)
                {
                    var times = new List<double>();
                    var cpu = Process.GetCurrentProcess().TotalProcessorTime;
                    for (int i = 0; i < 300; i++)
                    {
                        string query = words.Query();
                        started = Stopwatch.GetTimestamp();
                        await memory.RecallAsync(new MemoryQuery(query) { WorkingDirectory = "/bench/scale" });
                        times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                    }

                    // On a machine that does other things as well, this says more than the clock.
                    cpu = (Process.GetCurrentProcess().TotalProcessorTime - cpu) / 300;
                    times.Sort();
                    Console.WriteLine($"recall, ms: processor {cpu.TotalMilliseconds:F1}, p50 {times[150]:F1} p95 {times[285]:F1} p99 {times[297]:F1} max {times[299]:F1}{(round == 0 ? " (first 300)" : "")}");
                }

                return 0;
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        private sealed class Words(int seed)
        {
#pragma warning disable CA5394 // Made-up words need no secrecy, but the same ones each time.
            private readonly Random _random = new(seed);
            private readonly string[] _words = Make(seed);

            public string Text()
            {
                int count = (int)Math.Clamp(Math.Exp(4.2 + 0.7 * Normal()), 8, 800);
                return string.Join(' ', Enumerable.Range(0, count).Select(_ => Next())) + ".";
            }

            public string Query() => string.Join(' ', Enumerable.Range(0, 10).Select(_ => Next()));

            // Zipf: the n-th word is n times rarer than the first.
            private string Next() => _words[(int)Math.Min(_words.Length - 1, Math.Exp(_random.NextDouble() * Math.Log(_words.Length)))];

            private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

            private static string[] Make(int seed)
            {
                var random = new Random(seed);
                string[] syllables = ["ka", "lo", "mi", "ter", "san", "vo", "ri", "du", "pel", "no", "gra", "shi", "ton", "be", "ku", "ar"];
                return [.. Enumerable.Range(0, 60_000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(2, 5)).Select(_ => syllables[random.Next(syllables.Length)])))];
            }
#pragma warning restore CA5394
        }
    }
}
