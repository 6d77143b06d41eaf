using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Memory;

/// <summary>How conversations are remembered and recalled. The defaults need nothing: one file of this user, no server, no model.</summary>
public sealed class MemoryOptions
{
    /// <summary>
    /// False records nothing and recalls nothing. The environment variable <c>NEXUS_CLAUDE_MEMORY</c> with the value <c>off</c> does the same.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The SQLite file. Null: <c>nexus-claude/memory.db</c> in the user's folder for local application data.</summary>
    public string? Path { get; set; }

    /// <summary>
    /// The Meilisearch server that keeps the memory of many machines, instead of the file. Null, the default: the file. While the server is away
    /// everything goes on: what is to be stored waits in an outbox, and recall searches what waits there.
    /// </summary>
    public MeilisearchOptions? Meilisearch { get; set; }

    /// <summary>Whose memory it is. A server names its tenant and user here, or asks <see cref="ClaudeMemory.ForScope"/> for each request.</summary>
    public MemoryScope Scope { get; set; } = MemoryScope.Local;

    /// <summary>The most items that are put before a prompt, 1 to 100. 8 by default.</summary>
    public int MaxItems { get; set; } = 8;

    /// <summary>The most tokens of the whole rendered text, by estimate. 1,500 by default.</summary>
    public int TokenBudget { get; set; } = 1_500;

    /// <summary>The most tokens of one item, by estimate. 400 by default.</summary>
    public int ItemTokenBudget { get; set; } = 400;

    /// <summary>The most characters of the whole rendered text; Claude Code takes about 10,000 from a hook. 9,000 by default, and at most.</summary>
    public int MaxCharacters { get; set; } = 9_000;

    /// <summary>How much of what a prompt asks a hit has to cover, 0 to 1. 0.3 by default.</summary>
    public double MinimumCoverage { get; set; } = 0.3;

    /// <summary>
    /// How good a hit has to be, 0 to 1: as a share of the best one for <see cref="RelevanceScoring.Ranked"/>, as it is for
    /// <see cref="RelevanceScoring.WeightedSum"/>. 0.25 by default.
    /// </summary>
    public double MinimumScore { get; set; } = 0.25;

    /// <summary>How far a prompt's recall goes from its working directory.</summary>
    public MemoryReach Reach { get; set; }

    /// <summary>Whether the conversation that is going on is left out. True by default: its turns are before the model already.</summary>
    public bool ExcludeCurrentConversation { get; set; } = true;

    /// <summary>After how long the score of what was said has lost half of what it can lose. 14 days by default.</summary>
    public TimeSpan HalfLife { get; set; } = TimeSpan.FromDays(14);

    /// <summary>The same for what tools answered. 3 days by default.</summary>
    public TimeSpan ToolHalfLife { get; set; } = TimeSpan.FromDays(3);

    /// <summary>What age leaves at least, 0 to 1. 0.35 by default.</summary>
    public double DecayFloor { get; set; } = 0.35;

    /// <summary>How recalled messages are scored.</summary>
    public RelevanceScoring Scoring { get; set; }

    /// <summary>The weights of <see cref="RelevanceScoring.WeightedSum"/>.</summary>
    public RelevanceWeights Weights { get; set; } = new();

    /// <summary>How long recalling for a prompt may take before the prompt goes on without. 300 milliseconds by default.</summary>
    public TimeSpan RecallTimeout { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Finds what says the same in other words. Null, the default, goes by words alone. With a generator, messages get their vectors in the
    /// background after they are written, and a query is searched for by both; whenever the generator is slow or fails, by words alone.
    /// It sees texts without secrets and private spans, and stays yours to dispose of after the memory. Not together with
    /// <see cref="Meilisearch"/>.
    /// </summary>
    public IEmbeddingGenerator<string, Embedding<float>>? EmbeddingGenerator { get; set; }

    /// <summary>
    /// The model of the generator, where the generator does not say it. Vectors of another model are not used, and replaced in the background.
    /// </summary>
    public string? EmbeddingModel { get; set; }

    /// <summary>How long the vector of a query may take before the search goes by words alone. 300 milliseconds by default; it is not part of <see cref="RecallTimeout"/>.</summary>
    public TimeSpan EmbeddingTimeout { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// How near in meaning a hit has to be that does not cover enough of the words, as a cosine from 0 to 1. 0.45 by default, which suits most
    /// models of sentences; models whose unrelated texts are near each other need more.
    /// </summary>
    public double MinimumSimilarity { get; set; } = 0.45;

    /// <summary>How long messages are kept. Null, the default, keeps them.</summary>
    public TimeSpan? Retention { get; set; }

    /// <summary>Whether secrets are replaced before anything is written. True by default.</summary>
    public bool RedactSecrets { get; set; } = true;

    /// <summary>
    /// Files of which only the name is kept, as globs: what tools read from them and wrote to them is not. <c>.nexusmemoryignore</c> in a
    /// project's directory adds to them, one glob a line.
    /// </summary>
    public IList<string> IgnoredFiles { get; set; } =
        [".env", ".env.*", "*.env", "*.pem", "*.key", "*.pfx", "*.p12", "*.keystore", "*.jks", "id_*", "secrets.*", "*.secret", "credentials", "credentials.*",
            ".netrc", ".npmrc", ".pypirc", ".htpasswd", "**/.ssh/**", "**/.aws/**", "**/.gnupg/**", "*.kdbx"];

    /// <summary>How many tokens a text has. Null: an estimate that is within 15 percent for English, Chinese and code.</summary>
    public Func<string, int>? CountTokens { get; set; }

    /// <summary>The zone that rendered times are in. Null: the local one of <see cref="TimeProvider"/>.</summary>
    public TimeZoneInfo? TimeZone { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where the memory logs what went wrong. What is remembered and searched for is never logged.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Scores by the weighted sum of 0.4, 0.3, 0.2 and 0.1 with its own limits: a score of 0.3, 5 items, 2,000 tokens.</summary>
    /// <returns>These options.</returns>
    public MemoryOptions UseWeightedSum()
    {
        (Scoring, Weights) = (RelevanceScoring.WeightedSum, new RelevanceWeights());
        (MinimumScore, MinimumCoverage, MaxItems, TokenBudget) = (0.3, 0, 5, 2_000);
        return this;
    }

    /// <summary>A copy that later changes of this one do not touch.</summary>
    /// <returns>The copy.</returns>
    public MemoryOptions Clone()
    {
        var copy = (MemoryOptions)MemberwiseClone();
        copy.IgnoredFiles = [.. IgnoredFiles];
        copy.Meilisearch = Meilisearch?.Clone();
        return copy;
    }

    internal void Validate()
    {
        var failures = new List<string>();
        Check(Scope is not null, nameof(Scope), "must name a scope");
        Check(MaxItems is >= 1 and <= 100, nameof(MaxItems), "must be 1 to 100");
        Check(TokenBudget >= 100, nameof(TokenBudget), "must be at least 100, for the frame alone takes about 80");
        Check(ItemTokenBudget >= 20, nameof(ItemTokenBudget), "must be at least 20");
        Check(MaxCharacters is >= 500 and <= 9_000, nameof(MaxCharacters), "must be 500 to 9,000, because Claude Code cuts longer texts of a hook");
        Check(MinimumCoverage is >= 0 and <= 1, nameof(MinimumCoverage), "must be 0 to 1");
        Check(MinimumScore is >= 0 and <= 1, nameof(MinimumScore), "must be 0 to 1");
        Check(DecayFloor is >= 0 and <= 1, nameof(DecayFloor), "must be 0 to 1");
        Check(HalfLife > TimeSpan.Zero && ToolHalfLife > TimeSpan.Zero, nameof(HalfLife), "and ToolHalfLife must be longer than zero");
        Check(RecallTimeout > TimeSpan.Zero, nameof(RecallTimeout), "must be longer than zero");
        Check(EmbeddingTimeout > TimeSpan.Zero, nameof(EmbeddingTimeout), "must be longer than zero");
        Check(MinimumSimilarity is >= 0 and <= 1, nameof(MinimumSimilarity), "must be 0 to 1");
        Check(Retention is null || Retention > TimeSpan.Zero, nameof(Retention), "must be longer than zero, or null to keep everything");
        Check(TimeProvider is not null, nameof(TimeProvider), "must name a clock");
        Check(Weights is not null && Math.Abs(Weights.Semantic + Weights.Directory + Weights.Files + Weights.Recency - 1) <= 0.01
            && Math.Min(Math.Min(Weights.Semantic, Weights.Directory), Math.Min(Weights.Files, Weights.Recency)) >= 0,
            nameof(Weights), "must not be negative and must add up to 1");
        Check(IgnoredFiles is not null && IgnoredFiles.All(glob => !string.IsNullOrWhiteSpace(glob)), nameof(IgnoredFiles), "must not hold empty globs");
        Check(Meilisearch is null || EmbeddingGenerator is null, nameof(EmbeddingGenerator), "is for the file: a Meilisearch server is searched by words alone, so leave one of the two out");
        Meilisearch?.Validate((isRight, name, rule) => Check(isRight, $"{nameof(Meilisearch)}.{name}", rule));
        if (failures.Count > 0)
            throw new OptionsValidationException(failures);

        void Check(bool isRight, string name, string rule)
        {
            if (!isRight)
                failures.Add($"{nameof(MemoryOptions)}.{name} {rule}.");
        }
    }
}
