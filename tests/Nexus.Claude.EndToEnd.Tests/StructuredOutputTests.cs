using System.Text.Json.Serialization;
using Nexus.Claude.Testing;
using DescriptionAttribute = System.ComponentModel.DescriptionAttribute;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Typed answers: the CLI takes the schemas that are made here, and its verdicts arrive typed.</summary>
internal sealed partial class StructuredOutputTests
{
    [Test]
    public async Task An_answer_arrives_as_a_value_and_the_model_is_given_the_schema([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("StructuredOutput", """{"name":"Bern","inhabitants":134591,"kind":"Capital"}"""));

        var city = await AskAsync<City>(cli, entry, "Capital of Switzerland?");

        Assert.That(city, Is.EqualTo(new City("Bern", 134591, CityKind.Capital)));
        var tool = cli.Api.ConversationRequests[0].Body.GetProperty("tools").EnumerateArray().Single(tool => tool.GetProperty("name").GetString() == "StructuredOutput");
        var schema = tool.GetProperty("input_schema");
        Assert.That(schema.GetProperty("properties").GetProperty("kind").GetProperty("enum").EnumerateArray().Select(each => each.GetString()), Does.Contain("Capital"));
        Assert.That(schema.GetProperty("properties").GetProperty("name").GetProperty("description").GetString(), Is.EqualTo("In its own language."));
    }

    [Test]
    public async Task An_answer_that_does_not_fit_goes_back_to_the_model([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("StructuredOutput", """{"name":"Bern","inhabitants":"many","kind":"Capital"}"""));
        cli.Api.Enqueue(ScriptedReply.ToolUse("StructuredOutput", """{"name":"Bern","inhabitants":1,"kind":"Capital"}"""));

        Assert.That((await AskAsync<City>(cli, entry, "Capital of Switzerland?")).Inhabitants, Is.EqualTo(1));
        Assert.That(cli.Api.ConversationRequests[1].ToolResults[0].GetProperty("content").ToString(), Does.Contain("/inhabitants: must be integer"));
    }

    [Test]
    public async Task When_no_answer_fits_the_last_one_and_its_mistakes_are_in_the_exception([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.ToolUse("StructuredOutput", """{"name":5,"inhabitants":"many","kind":"Village"}""");

        var failure = await FailureOfAsync(AskAsync<City>(cli, entry, "Capital of Switzerland?", options => options.MaxStructuredOutputRetries = 2));

        Assert.Multiple(() =>
        {
            Assert.That(failure.Failure, Is.EqualTo(StructuredOutputFailure.RetriesExhausted));
            Assert.That(failure.Errors.Select(error => error.Path), Is.EquivalentTo(new[] { "/name", "/inhabitants", "/kind" }));
            Assert.That(failure.Output!.Value.GetProperty("kind").GetString(), Is.EqualTo("Village"));
            Assert.That(failure.Message, Does.Contain("after 2 attempts"));
            Assert.That(cli.Api.ConversationRequests, Has.Count.EqualTo(2));
        });
    }

    [Test]
    public async Task A_model_that_never_gives_a_structured_answer([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Text("It is Bern.");

        var failure = await FailureOfAsync(AskAsync<City>(cli, entry, "Capital of Switzerland?"));

        Assert.That(failure.Failure, Is.EqualTo(StructuredOutputFailure.NotProduced));
        Assert.That(failure.Result.Text, Is.EqualTo("It is Bern."));
        Assert.That(failure.Output, Is.Null);
    }

    [Test]
    public async Task The_CLI_takes_the_schema_of_every_kind_of_type()
    {
        await using var cli = await RealCli.StartAsync();
        await ComesBackAsync(cli, """{"value":[{"name":"a","inhabitants":1,"kind":"Town"}]}""", (List<City> list) => list.Single().Name == "a");
        await ComesBackAsync(cli, """{"value":"Town"}""", (CityKind kind) => kind == CityKind.Town);
        await ComesBackAsync(cli, """{"value":null}""", (int? number) => number is null);
        await ComesBackAsync(cli, """{"value":"x"}""", (string text) => text == "x");
        await ComesBackAsync(cli, """{"a":1,"b":2}""", (Dictionary<string, int> map) => map.Count == 2);
        await ComesBackAsync(cli, """{"value":{"radius":2,"kind":"circle"}}""", (Figure figure) => figure is Circle { Radius: 2 });
        await ComesBackAsync(
            cli,
            """
            {"id":"0f8fad5b-d9cb-469f-a165-70867728950e","start":"2026-01-31T12:30:00Z","day":"2026-01-31","at":"12:30:00","took":"00:01:30","link":"/a b","stops":[
            {"name":"x","inhabitants":1,"kind":"Town"}],"notes":["n",null],"byName":{"y":{"name":"y","inhabitants":2,"kind":"Capital"}},"shapes":[{"kind":"square","side":1.5}],
            "next":{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","start":"2026-01-31T12:30:00Z","day":null,"at":"12:30:00","took":"1.00:00:00","link":null,"stops":[],"notes":[],
            "byName":{},"shapes":[],"next":null,"anything":[1,"2"]},"anything":{"deep":[true]}}
            """,
            (Journey journey) => journey is { Day: not null, Stops.Count: 1, Next.Next: null } && journey.Notes[1] is null && journey.Shapes[0] is Square && journey.Took == TimeSpan.FromSeconds(90));
    }

    [Test]
    public async Task Without_reflection_by_a_contract()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("StructuredOutput", """{"value":[{"name":"Bern","inhabitants":1,"kind":"Capital"}]}"""));

        var cities = await ClaudeCode.AskAsync("Capitals?", CityJson.Default.ListCity, cli.NewOptions(), cli.Deadline);

        Assert.That(cities, Is.EqualTo(new[] { new City("Bern", 1, CityKind.Capital) }));
    }

    [Test]
    public async Task A_stream_has_the_answer_on_its_result([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("StructuredOutput", """{"name":"Bern","inhabitants":1,"kind":"Capital"}"""));
        var schema = OutputSchema.For<City>();

        var result = (await cli.RunAsync(entry, "Capital of Switzerland?", options => options.OutputSchema = schema)).Result();

        Assert.That(result.StructuredOutput!.Value.GetProperty("name").GetString(), Is.EqualTo("Bern"));
        Assert.That(schema.Read(result).Kind, Is.EqualTo(CityKind.Capital));
    }

    [Test]
    public async Task A_client_answers_turn_after_turn_in_its_type()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("StructuredOutput", """{"name":"Bern","inhabitants":1,"kind":"Capital"}"""));
        cli.Api.Enqueue(ScriptedReply.ToolUse("StructuredOutput", """{"name":"Thun","inhabitants":2,"kind":"Town"}"""));
        await using var client = await cli.ConnectAsync(options => options.OutputSchema = OutputSchema.For<City>());

        Assert.That((await client.AskAsync<City>("One?", cli.Deadline)).Name, Is.EqualTo("Bern"));
        Assert.That((await client.AskAsync<City>("Another?", cli.Deadline)).Name, Is.EqualTo("Thun"));
    }

    [TestCase("""{"type":"object","x-unknown":true}""")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"string","pattern":"(?<n>a"}}}""")]
    public async Task The_CLI_ignores_a_schema_that_it_cannot_compile_without_a_word(string schema)
    {
        await using var cli = await RealCli.StartAsync();

        var messages = await cli.QueryAsync("x", options => options.OutputSchema = OutputSchema.Json(schema));

        Assert.That(messages.Init().Tools, Has.No.Member("StructuredOutput"));
        Assert.That(messages.Result().IsSuccess);
        Assert.That(messages.Result().StructuredOutput, Is.Null);
    }

    [Test]
    public async Task The_dialect_of_a_schema_does_no_harm()
    {
        await using var cli = await RealCli.StartAsync();

        var messages = await cli.QueryAsync("x", options => options.OutputSchema = OutputSchema.Json(
            """{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{"a":{"type":"integer"}}}"""));

        Assert.That(messages.Init().Tools, Has.Member("StructuredOutput"));
    }

    private static async Task<T> AskAsync<T>(RealCli cli, Entry entry, string prompt, Action<ClaudeOptions>? change = null)
    {
        if (entry == Entry.Query)
            return await ClaudeCode.AskAsync<T>(prompt, cli.NewOptions(change), cli.Deadline);
        await using var client = await cli.ConnectAsync(options =>
        {
            options.OutputSchema = OutputSchema.For<T>();
            change?.Invoke(options);
        });
        return await client.AskAsync<T>(prompt, cli.Deadline);
    }

    private static async Task ComesBackAsync<T>(RealCli cli, string output, Func<T, bool> isRight)
    {
        cli.Api.Enqueue(ScriptedReply.ToolUse("StructuredOutput", output));
        var value = await ClaudeCode.AskAsync<T>("x", cli.NewOptions(options => options.MaxStructuredOutputRetries = 1), cli.Deadline);
        Assert.That(isRight(value), typeof(T).Name);
    }

    private static async Task<StructuredOutputException> FailureOfAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (StructuredOutputException failure)
        {
            return failure;
        }

        throw new AssertionException("The answer was read.");
    }

    internal sealed record City([property: Description("In its own language.")] string Name, int Inhabitants, CityKind Kind);

    internal enum CityKind
    {
        Capital,
        Town,
    }

    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Square), "square")]
    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    internal abstract record Figure;

    internal sealed record Circle(double Radius) : Figure;

    internal sealed record Square(double Side) : Figure;

    internal sealed record Journey(
        Guid Id,
        DateTimeOffset Start,
        DateOnly? Day,
        TimeOnly At,
        TimeSpan Took,
        Uri? Link,
        IReadOnlyList<City> Stops,
        List<string?> Notes,
        Dictionary<string, City> ByName,
        IReadOnlyList<Figure> Shapes,
        Journey? Next,
        System.Text.Json.JsonElement Anything);

    [JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
    [JsonSerializable(typeof(List<City>))]
    internal sealed partial class CityJson : JsonSerializerContext;
}
