using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>Typed answers by a contract, without reflection.</summary>
internal static class OutputChecks
{
    public static async Task RunAsync(Report report)
    {
        await report.CheckAsync("the schema of a type is made from its contract", _ =>
        {
            var schema = OutputSchema.For(OutputJson.Default.Trip).ToString();
            foreach (var part in (string[])["\"goal\"", "\"A town.\"", "\"enum\":[\"Walk\",\"Train\"]", "\"additionalProperties\":false", "\"type\":[\"string\",\"null\"]", "\"minimum\":1"])
                Report.True(schema.Contains(part, StringComparison.Ordinal), $"{part} is in {schema}");
            return Task.CompletedTask;
        });
        await report.CheckAsync("AskAsync<T> reads a recorded answer", async cancellationToken =>
        {
            await using var cli = Recorded("structured_output_argv");
            var answer = await ClaudeCode.AskAsync("x", OutputJson.Default.Recorded, ConversationChecks.OptionsFor(cli), cancellationToken);
            Report.Equal(42, answer.Answer, "the answer");
        });
        await report.CheckAsync("a client answers in the type of its schema", async cancellationToken =>
        {
            await using var cli = Recorded("structured_output_argv");
            var options = ConversationChecks.OptionsFor(cli);
            options.OutputSchema = OutputSchema.For(OutputJson.Default.Recorded);
            await using var client = await ClaudeClient.ConnectAsync(options, cancellationToken);
            Report.Equal(42, (await client.AskAsync<Recorded>("x", cancellationToken)).Answer, "the answer");
        });
        await report.CheckAsync("retries that ran out are typed", async cancellationToken =>
        {
            await using var cli = Recorded("structured_output_max_retries");
            var failure = await Report.ThrowsAsync<StructuredOutputException>(
                () => ClaudeCode.AskAsync("x", OutputJson.Default.Recorded, ConversationChecks.OptionsFor(cli), cancellationToken));
            Report.Equal(StructuredOutputFailure.RetriesExhausted, failure.Failure, "the reason");
            Report.True(failure.Errors.Single().Message.Contains("/answer: must be integer", StringComparison.Ordinal), $"the CLI's words are there: {failure.Errors[0]}");
        });
        await report.CheckAsync("a list at the root is unwrapped, and a wrong answer says where", _ =>
        {
            var schema = OutputSchema.For(OutputJson.Default.ListTrip);
            Report.Equal(Way.Train, schema.Read(Result("""{"value":[{"goal":"Thun","way":"Train","days":2,"note":null}]}""")).Single().Way, "the member");
            try
            {
                schema.Read(Result("""{"value":[{"goal":"Thun","way":"Flight","days":2}]}"""));
            }
            catch (StructuredOutputException failure)
            {
                Report.Equal("/0/way", failure.Errors.Single().Path, "the path");
                return Task.CompletedTask;
            }

            throw new InvalidOperationException("The wrong answer was read.");
        });
        await report.CheckAsync("by reflection it works on the JIT and says so where it cannot", _ =>
        {
            if (RuntimeFeature.IsDynamicCodeSupported)
            {
                Report.Equal(3, ByReflection().Read(Result("""{"value":3}""")), "the answer");
                return Task.CompletedTask;
            }

            return Report.ThrowsAsync<PlatformNotSupportedException>(() => Task.FromResult(ByReflection()));
        });
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "What a native program gets for it is the check.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "What a native program gets for it is the check.")]
    private static OutputSchema<int> ByReflection() => OutputSchema.For<int>();

    private static ResultMessage Result(string output) => (ResultMessage)ClaudeMessage.Parse(
        $$"""{"type":"result","subtype":"success","is_error":false,"structured_output":{{output}}}""");

    private static ScriptedCli Recorded(string name) =>
        ScriptedCli.Create(new CliScript().Replay(Path.Combine(AppContext.BaseDirectory, "Fixtures", "cli-transcripts", name + ".jsonl")));
}

/// <summary>The answer of the recorded transcripts.</summary>
internal sealed record Recorded(int Answer);

internal enum Way
{
    Walk,
    Train,
}

internal sealed record Trip(
    [property: Description("A town.")] string Goal,
    Way Way,
    [property: System.ComponentModel.DataAnnotations.Range(1, 9)] int Days,
    string? Note = null);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, RespectNullableAnnotations = true, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(Recorded))]
[JsonSerializable(typeof(Trip))]
[JsonSerializable(typeof(List<Trip>))]
internal sealed partial class OutputJson : JsonSerializerContext;
