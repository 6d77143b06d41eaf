namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>A corpus with its queries.</summary>
/// <param name="Name">What it tests.</param>
/// <param name="Corpus">The messages.</param>
/// <param name="Questions">The queries, each with what it has to find.</param>
internal sealed record RecallSet(string Name, IReadOnlyList<MemoryMessage> Corpus, IReadOnlyList<Question> Questions);

/// <summary>The sets that are ours to give away: three written by hand, the others made from our own words and our own code.</summary>
internal static class SmallSets
{
    public static async Task<int> RunAsync()
    {
        await foreach (var set in ReadAllAsync(RepositoryRoot()))
            Console.WriteLine($"{set.Name,-28} {set.Corpus.Count,5} messages {set.Questions.Count,5} queries   {await ScoreAsync(set)}");
        return 0;
    }

    public static async IAsyncEnumerable<RecallSet> ReadAllAsync(string repository)
    {
        string folder = Path.Combine(repository, "benchmarks", "Nexus.Claude.Memory.Recall", "sets");
        foreach (string name in (string[])["english", "chinese", "code"])
        {
            yield return new RecallSet(name,
                await JsonLines.ReadCorpusAsync(Path.Combine(folder, $"{name}.corpus.jsonl")).ToListAsync(),
                await JsonLines.ReadQuestionsAsync(Path.Combine(folder, $"{name}.queries.jsonl")).ToListAsync());
        }

        foreach (var set in ChineseSentences.Sets())
            yield return set;
        foreach (var set in OwnIdentifiers.Sets(Path.Combine(repository, "src")))
            yield return set;
    }

    public static async Task<Scores> ScoreAsync(RecallSet set)
    {
        await using var run = await RecallRun.StartAsync();
        await run.StoreAsync(set.Corpus.ToAsyncEnumerable());
        var scores = new Scores();
        foreach (var question in set.Questions)
            scores.Add(await run.AskAsync(question), question.Relevant);
        return scores;
    }

    /// <summary>The folder of the solution, above this program.</summary>
    public static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Nexus.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The sets are made from the repository: run the program from its build folder.");
    }
}
