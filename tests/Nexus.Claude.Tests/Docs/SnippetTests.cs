namespace Nexus.Claude.Tests.Docs;

[Parallelizable(ParallelScope.All)]
internal sealed class SnippetTests
{
    // docs/testing.md shows fragments with places left open; everything else is a whole piece of code.
    private static readonly IEnumerable<string> Pages =
        Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md")
            .Where(page => File.ReadAllText(page).Contains("```csharp", StringComparison.Ordinal))
            .Select(page => "docs/" + Path.GetFileName(page))
            .Except(["docs/testing.md"])
            .Concat(["README.md", "README.zh-CN.md", "src/Nexus.Claude/README.md", "src/Nexus.Claude.Testing/README.md", "src/Nexus.Claude.Memory/README.md", "src/Nexus.Claude.Server/README.md"]);

    [TestCaseSource(nameof(Pages))]
    public async Task Every_block_of_code_of_a_page_is_compiled_word_for_word(string page)
    {
        string[] folders = ["tests/Nexus.Claude.Tests/Docs", "tests/Nexus.Claude.Memory.Tests/Docs", "tests/Nexus.Claude.Server.Tests/Docs"];
        var compiled = string.Concat(folders.SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "Snippets*.cs"))
            .Select(file => Trimmed(File.ReadAllLines(file))));
        var blocks = Blocks(await File.ReadAllLinesAsync(Repository.PathOf(page))).ToList();

        Assert.That(blocks, Is.Not.Empty);
        foreach (string block in blocks)
            Assert.That(compiled, Does.Contain(block));
    }

    [Test]
    public async Task The_readme_leads_with_exactly_the_two_commands()
    {
        foreach (string page in (string[])["README.md", "README.zh-CN.md"])
        {
            string[] lines = await File.ReadAllLinesAsync(Repository.PathOf(page));
            int fence = Array.IndexOf(lines, "```");
            Assert.That(lines[(fence + 1)..Array.IndexOf(lines, "```", fence + 1)], Is.EqualTo(new[]
            {
                "dotnet run --project samples/01-hello -- \"What is 2 + 2?\"",
                "dotnet test",
            }));
        }
    }

    [Test]
    public async Task Every_link_of_a_page_leads_to_a_file()
    {
        string root = Repository.PathOf(".");
        var pages = Directory.EnumerateFiles(root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md"));
        foreach (string page in pages)
        {
            string text = await File.ReadAllTextAsync(page);
            for (int at = 0; (at = text.IndexOf("](", at, StringComparison.Ordinal)) >= 0; at++)
            {
                string target = text[(at + 2)..text.IndexOf(')', at)].Split('#')[0];
                if (target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
                    Assert.That(Path.Combine(Path.GetDirectoryName(page)!, target), Does.Exist, page);
            }
        }
    }

    private static IEnumerable<string> Blocks(IEnumerable<string> lines)
    {
        List<string>? block = null;
        foreach (string line in lines)
        {
            if (line == "```csharp")
            {
                block = [];
            }
            else if (line == "```" && block is not null)
            {
                yield return Trimmed(block);
                block = null;
            }
            else
            {
                block?.Add(line);
            }
        }
    }

    // Indentation differs between a page and a method; nothing else may.
    private static string Trimmed(IEnumerable<string> lines) => string.Join('\n', lines.Select(line => line.Trim()));
}
