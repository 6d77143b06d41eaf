using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Checkpoints;

/// <summary>How a rewind is made of a preview and the rewind itself.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class CheckpointTests
{
    private const string Prompt = "55555555-5555-4555-8555-555555555555";

    [Test]
    public async Task The_list_of_files_comes_with_the_rewind_itself_unless_it_fails()
    {
        await using var cli = Answering(
            """{"canRewind":true,"filesChanged":["/a"],"insertions":2,"deletions":1}""",
            """{"canRewind":true,"skippedLinks":1}""",
            """{"canRewind":true,"filesChanged":["/a"]}""",
            """{"canRewind":false,"error":"all files failed"}""");
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var done = await client.RewindFilesAsync(Prompt).InTime();
        var failed = await client.RewindFilesAsync(Prompt).InTime();

        Assert.Multiple(() =>
        {
            Assert.That((done.CanRewind, done.Insertions, done.Deletions, done.SkippedLinks), Is.EqualTo((true, 2, 1, (int?)1)));
            Assert.That(done.FilesChanged, Is.EqualTo((string[])["/a"]));
            Assert.That((failed.CanRewind, failed.Error), Is.EqualTo((false, "all files failed")));
            Assert.That(failed.FilesChanged, Is.Empty);
        });
    }

    [TestCase("File rewinding is not enabled.", "Set ClaudeOptions.EnableFileCheckpointing")]
    [TestCase("No file checkpoint found for this message.", "Turn.PromptId")]
    public async Task What_the_CLI_leaves_open_is_added_to_its_refusal(string error, string hint)
    {
        var answer = $$"""{"canRewind":false,"error":"{{error}}"}""";
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize()
            .AnswerControl("rewind_files", answer).AnswerControl("rewind_files", answer).RefuseControl("rewind_files", error));
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var preview = await client.PreviewRewindAsync(Prompt).InTime();
        var refusal = await client.RewindFilesAsync(Prompt).FailureAsync<ProtocolException>();

        Assert.That(preview.CanRewind, Is.False);
        Assert.That(preview.Error, Does.StartWith(error).And.Contain(hint));
        Assert.That(refusal.Message, Does.Contain(error).And.Contain(hint));
        Assert.That(refusal.RequestSubtype, Is.EqualTo("rewind_files"));
    }

    [Test]
    public async Task A_refusal_in_words_that_are_not_known_stands_alone()
    {
        await using var cli = Answering("""{"canRewind":false,"error":"The moon is full."}""");
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        Assert.That((await client.PreviewRewindAsync(Prompt).InTime()).Error, Is.EqualTo("The moon is full."));
    }

    private static ScriptedCli Answering(params string[] answers) =>
        ScriptedCli.Create(answers.Aggregate(new CliScript().AnswerInitialize(), (script, answer) => script.AnswerControl("rewind_files", answer)));
}
