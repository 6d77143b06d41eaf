namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Many queries, one after the other and at once, leave nothing behind.</summary>
[NonParallelizable]
[Category("Long")]
[Platform("Linux", Reason = "It counts processes and descriptors in /proc.")]
internal sealed class EnduranceTests
{
    private const int Batch = 50;

    // Sockets of the scripted model close a moment after it does. A leak of one descriptor a query would show as 150.
    private const int DescriptorTolerance = 12;
    private const long MemoryTolerance = 4 * 1024 * 1024;

    [Test]
    public async Task Two_hundred_queries_one_after_the_other_leak_nothing()
    {
        await AskAsync(Batch);
        int descriptors = ProcessTable.Descriptors;
        long memory = GC.GetTotalMemory(forceFullCollection: true);

        for (int batch = 1; batch < 4; batch++)
            await AskAsync(Batch);

        long grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        TestContext.Out.WriteLine($"memory {grown / 1024} KiB, descriptors {ProcessTable.Descriptors - descriptors}");
        Assert.Multiple(() =>
        {
            Assert.That(ProcessTable.Children, Is.Empty);
            Assert.That(ProcessTable.Descriptors, Is.LessThanOrEqualTo(descriptors + DescriptorTolerance));
            Assert.That(grown, Is.LessThan(MemoryTolerance));
        });
    }

    [Test]
    public async Task Twenty_queries_at_once_each_get_their_own_answer_and_leak_nothing()
    {
        int descriptors = ProcessTable.Descriptors;

        await using (var cli = await RealCli.StartAsync())
        {
            string[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => cli.AskAsync($"question {number}", Cheap)));

            for (int number = 0; number < answers.Length; number++)
                Assert.That(answers[number], Does.Contain($"\"question {number}\""));
        }

        Assert.That(ProcessTable.Children, Is.Empty);
        Assert.That(ProcessTable.Descriptors, Is.LessThanOrEqualTo(descriptors + DescriptorTolerance));
    }

    // A model of its own for each batch: it keeps the requests it has seen, which is no leak of the SDK.
    private static async Task AskAsync(int times)
    {
        await using var cli = await RealCli.StartAsync();
        for (int number = 0; number < times; number++)
            Assert.That(await cli.AskAsync($"question {number}", Cheap), Does.Contain($"\"question {number}\""));
    }

    private static void Cheap(ClaudeOptions options)
    {
        options.Tools = ToolSet.None;
        options.SystemPrompt = SystemPrompt.Empty;
        options.SettingSources = [];
        options.PersistSession = false;
    }
}
