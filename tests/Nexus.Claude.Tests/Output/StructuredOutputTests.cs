using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Output;

/// <summary>Typed answers and their failures, from results and from recorded exchanges of the real CLI.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class StructuredOutputTests
{
    [Test]
    public void Every_mistake_of_an_answer_is_reported_with_its_place()
    {
        var failure = Failure(OutputSchema.For<Invoice>(), """{"number":5,"status":"nope","lines":[{"text":"a","price":"x","more":1},{}],"amount":9,"x":1}""");

        Assert.That(failure.Failure, Is.EqualTo(StructuredOutputFailure.Invalid));
        var errors = failure.Errors.Select(error => error.ToString()).ToList();
        Assert.That(errors, Is.SupersetOf(new[]
        {
            "/number must be a string", "/status must be one of Open, in-progress, Closed", "/lines/0/price must be a number", "/lines/0/more is not allowed",
            "/lines/1/text is required", "/amount must not be greater than 5", "/x is not allowed", "/issued is required",
        }));
        Assert.That(failure.Errors[0].Rule, Is.Not.Null);
        Assert.That(failure.Output!.Value.GetProperty("number").GetInt32(), Is.EqualTo(5));
        Assert.That(failure.Message, Does.Contain("the schema of Invoice").And.Contain("more."));
        Assert.That(failure.IsTransient, Is.False);
    }

    [Test]
    public void The_place_of_a_mistake_leaves_out_the_wrapping() =>
        Assert.That(Failure(OutputSchema.For<List<int>>(), """{"value":[1,"2"]}""").Errors.Single().Path, Is.EqualTo("/1"));

    [Test]
    public void What_fits_the_schema_and_not_the_type_is_not_readable()
    {
        var failure = Failure(OutputSchema.For<Answer>(), """{"answer":99999999999}""");

        Assert.That(failure.Failure, Is.EqualTo(StructuredOutputFailure.NotReadable));
        Assert.That(failure.Errors.Single().Path, Is.EqualTo("/answer"));
        Assert.That(failure.InnerException, Is.InstanceOf<System.Text.Json.JsonException>());
    }

    [TestCase("99999999999999999999999999999999999999999999")]
    [TestCase("-9223372036854775809")]
    [TestCase("1e400")]
    [TestCase("1.5")]
    public void A_number_that_no_integer_holds_is_a_failure_with_its_place(string number)
    {
        var failure = Failure(OutputSchema.For<Answer>(), $$"""{"answer":{{number}}}""");
        Assert.That(failure.Errors.Single().Path, Is.EqualTo("/answer"));
    }

    [Test]
    public void A_large_number_arrives_where_there_is_room_for_it()
    {
        Assert.That(OutputSchema.For<ulong>().Read(Results.With("""{"value":18446744073709551615}""")), Is.EqualTo(ulong.MaxValue));
        Assert.That(OutputSchema.For<decimal[]>().Read(Results.With("""{"value":[79228162514264337593543950335]}""")), Is.EqualTo(new[] { decimal.MaxValue }));
    }

    [Test]
    public void Without_reflection_the_contract_says_what_is_missing()
    {
        var failure = Failure(OutputSchema.For(OutputTypesJson.Default.Place), """{"city":"Bern","status":"Open"}""");

        Assert.That(failure.Failure, Is.EqualTo(StructuredOutputFailure.NotReadable));
        Assert.That(failure.Message, Does.Contain("inhabitants"));
    }

    [Test]
    public void A_null_where_none_is_allowed_is_found_in_either_way()
    {
        const string output = """{"city":null,"inhabitants":1,"status":"Open"}""";
        Assert.That(Failure(OutputSchema.For<Place>(), output).Errors.Single().ToString(), Is.EqualTo("/city must be a string"));
        Assert.That(Failure(OutputSchema.For(OutputTypesJson.Default.Place), output).Errors.Single().Path, Is.EqualTo("/city"));
    }

    [Test]
    public void The_discriminator_may_stand_anywhere() =>
        Assert.That(OutputSchema.For<Shape>().Read(Results.With("""{"value":{"name":"c","radius":2,"kind":"circle"}}""")), Is.EqualTo(new Circle("c", 2)));

    [Test]
    public void A_result_without_an_answer_has_only_text()
    {
        var failure = Assert.Throws<StructuredOutputException>(() => OutputSchema.For<Answer>().Read(Results.Without))!;
        Assert.That(failure.Failure, Is.EqualTo(StructuredOutputFailure.NotProduced));
        Assert.That(failure.Output, Is.Null);
        Assert.That(failure.Result.Text, Is.EqualTo("just text"));
    }

    [Test]
    public async Task A_recorded_answer()
    {
        await using var cli = Recorded("structured_output_argv");
        Assert.That((await ClaudeCode.AskAsync<Answer>("x", cli.Options()).InTime()).Value, Is.EqualTo(42));
    }

    [Test]
    public async Task A_recorded_answer_of_2_1_197()
    {
        await using var cli = Recorded("structured_output_argv_v197");
        Assert.That((await ClaudeCode.AskAsync<Answer>("x", cli.Options()).InTime()).Value, Is.EqualTo(42));
    }

    [Test]
    public async Task A_recorded_answer_that_was_corrected()
    {
        await using var cli = Recorded("structured_output_initialize_retry");
        Assert.That((await ClaudeCode.AskAsync<Answer>("x", cli.Options()).InTime()).Value, Is.Not.Zero);
    }

    [Test]
    public async Task Recorded_retries_that_ran_out_say_what_was_wrong_with_the_last_answer()
    {
        await using var cli = Recorded("structured_output_max_retries");

        var failure = await ClaudeCode.AskAsync<Answer>("x", cli.Options()).FailureAsync<StructuredOutputException>();

        Assert.That(failure.Failure, Is.EqualTo(StructuredOutputFailure.RetriesExhausted));
        Assert.That(failure.Errors.Single().ToString(), Is.EqualTo("/answer must be an integer"));
        Assert.That(failure.Output!.Value.GetProperty("answer").GetString(), Is.EqualTo("x"));
        Assert.That(failure.Result.Subtype, Is.EqualTo(ResultSubtype.ErrorMaxStructuredOutputRetries));
    }

    [TestCase("structured_output_never_called")]
    [TestCase("structured_output_never_called_v197")]
    public async Task A_recorded_model_that_never_answers_so(string name)
    {
        await using var cli = Recorded(name);

        var failure = await ClaudeCode.AskAsync<Answer>("x", cli.Options()).FailureAsync<StructuredOutputException>();

        Assert.That(failure.Failure, Is.EqualTo(StructuredOutputFailure.NotProduced));
        Assert.That(failure.Result.Text, Is.EqualTo("plain"));
    }

    [Test]
    public async Task A_CLI_that_does_not_offer_the_tool_has_ignored_the_schema()
    {
        await using var cli = ScriptedCli.Create();

        var failure = await ClaudeCode.AskAsync<Answer>("x", cli.Options()).FailureAsync<StructuredOutputException>();

        Assert.That(failure.Failure, Is.EqualTo(StructuredOutputFailure.SchemaIgnored));
        Assert.That(failure.Message, Does.Contain("the schema of Answer"));
    }

    [Test]
    public async Task A_client_with_the_schema_answers_in_its_type()
    {
        await using var cli = Recorded("structured_output_argv");
        var options = cli.Options();
        options.OutputSchema = OutputSchema.For<Answer>();
        await using var client = await ClaudeClient.ConnectAsync(options).InTime();

        Assert.That((await client.AskAsync<Answer>("x").InTime()).Value, Is.EqualTo(42));
    }

    [Test]
    public async Task A_client_without_the_schema_says_how_to_connect_with_it()
    {
        await using var cli = ScriptedCli.Create();
        await using var plain = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        var options = cli.Options();
        options.OutputSchema = OutputSchema.For<Place>();
        await using var other = await ClaudeClient.ConnectAsync(options).InTime();

        Assert.That(() => plain.AskAsync<Answer>("x"), Throws.InvalidOperationException.With.Message.Contains("OutputSchema.For<Answer>()"));
        Assert.That(() => other.AskAsync<Answer>("x"), Throws.InvalidOperationException.With.Message.Contains("the schema of Place"));
        Assert.That(await plain.AskAsync("still here").InTime(), Is.EqualTo("You said: still here"));
    }

    [Test]
    public void A_schema_of_another_type_in_the_options_is_refused_before_anything_starts()
    {
        var options = new ClaudeOptions { OutputSchema = OutputSchema.For<Place>() };
        Assert.That(() => ClaudeCode.AskAsync<Answer>("x", options), Throws.ArgumentException.With.Message.Contains("OutputSchema is the schema of Place"));
    }

    private static StructuredOutputException Failure<T>(OutputSchema<T> schema, string output) =>
        Assert.Throws<StructuredOutputException>(() => schema.Read(Results.With(output)))!;

    private static ScriptedCli Recorded(string name) => ScriptedCli.Create(new CliScript().Replay(
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "cli-transcripts", name + ".jsonl")));
}
