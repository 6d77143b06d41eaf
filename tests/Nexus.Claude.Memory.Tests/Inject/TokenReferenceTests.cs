using Microsoft.ML.Tokenizers;
using Nexus.Claude.Memory.Inject;
using Nexus.Claude.Memory.Tests.Audit;

namespace Nexus.Claude.Memory.Tests.Inject;

/// <summary>The estimate against a real tokenizer: the model's own is not public, and this vocabulary of the same kind is.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class TokenReferenceTests
{
    private static readonly TiktokenTokenizer Reference = TiktokenTokenizer.CreateForEncoding("cl100k_base");

    [TestCaseSource(typeof(EstimateSamples), nameof(EstimateSamples.All)), Row(14)]
    public void The_counts_of_the_samples_are_those_of_the_tokenizer((string Name, string Text, int Tokens) sample) =>
        Assert.That(Reference.CountTokens(sample.Text), Is.EqualTo(sample.Tokens));

    // Prose and code that were written for other purposes than this.
    [TestCase("docs", "*.md"), Row(14)]
    [TestCase("src/Nexus.Claude", "*.cs")]
    [TestCase("src/Nexus.Claude.Memory", "*.cs")]
    public void Whole_files_of_this_repository_are_estimated_within_15_percent(string folder, string pattern)
    {
        // A list of words and their irregular forms is neither prose nor code.
        string[] files = [.. Directory.GetFiles(Path.Combine(RepositoryFiles.Root, folder), pattern, SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "EnglishWords.cs")];
        var wrong = new List<string>();
        foreach (string file in files)
        {
            string text = File.ReadAllText(file);
            if (text.Length < 2_000)
                continue;
            double ratio = (double)TokenEstimate.Count(text) / Reference.CountTokens(text);
            if (ratio is < 0.85 or > 1.15)
                wrong.Add($"{ratio:F3} {file}");
        }

        Assert.That(files, Has.Length.GreaterThan(2));
        Assert.That(wrong, Is.Empty);
    }

    [Test, Row(14)]
    public void Chinese_prose_of_this_repository_is_estimated_within_15_percent()
    {
        string[] paragraphs = [.. File.ReadAllText(Path.Combine(RepositoryFiles.Root, "README.zh-CN.md")).Split("\n\n").Where(part => part.Count(c => c is >= '\u4E00' and <= '\u9FFF') > 60)];
        string text = string.Join("\n\n", paragraphs);

        Assert.That(paragraphs, Is.Not.Empty);
        Assert.That((double)TokenEstimate.Count(text) / Reference.CountTokens(text), Is.InRange(0.85, 1.15));
    }
}
