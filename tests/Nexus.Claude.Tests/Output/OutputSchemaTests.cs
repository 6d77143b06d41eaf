using System.Text.Json.Nodes;

namespace Nexus.Claude.Tests.Output;

/// <summary>What the schema of a type says.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class OutputSchemaTests
{
    private static readonly JsonNode Schema = SchemaOf(OutputSchema.For<Invoice>());

    [Test]
    public void Names_follow_the_serialiser_and_nothing_else_is_allowed()
    {
        Assert.That(Properties(Schema), Is.EquivalentTo(new[]
        {
            "number", "status", "lines", "issued", "due", "note", "extra", "the_total", "former", "tags", "labels", "amount", "code", "spent", "at", "id", "link",
            "weight", "big", "isPaid",
        }));
        Assert.That(Schema["additionalProperties"]!.GetValue<bool>(), Is.False);
        Assert.That(At("lines", "items", "additionalProperties")!.GetValue<bool>(), Is.False);
    }

    [Test]
    public void What_cannot_be_set_or_is_ignored_is_not_asked_for() =>
        Assert.That(Properties(Schema), Has.No.Member("summary").And.No.Member("hidden"));

    [Test]
    public void A_member_is_required_unless_it_may_be_null_or_its_parameter_has_a_default()
    {
        var required = Schema["required"]!.AsArray().Select(name => name!.GetValue<string>()).ToList();
        Assert.That(required, Is.SupersetOf(new[] { "number", "status", "lines", "issued", "due", "extra", "the_total", "tags", "labels", "isPaid" }));
        Assert.That(required, Has.No.Member("note").And.No.Member("former").And.No.Member("link"));
    }

    [Test]
    public void Descriptions_and_titles_are_taken_over()
    {
        Assert.That(Schema["description"]!.GetValue<string>(), Is.EqualTo("An invoice."));
        Assert.That(At("the_total", "description")!.GetValue<string>(), Is.EqualTo("With taxes."));
        Assert.That(At("amount", "title")!.GetValue<string>(), Is.EqualTo("How many"));
    }

    [Test]
    public void An_enum_is_its_names_with_what_is_said_about_them()
    {
        Assert.That(At("status")!.ToJsonString(), Is.EqualTo("""{"enum":["Open","in-progress","Closed"],"type":"string","description":"in-progress: Somebody works on it."}"""));
        Assert.That(At("former", "enum")!.ToJsonString(), Is.EqualTo("""["Open","in-progress","Closed",null]"""));
        Assert.That(At("former", "type")!.ToJsonString(), Is.EqualTo("""["string","null"]"""));
    }

    [Test]
    public void Nullability_is_as_annotated_down_to_the_elements()
    {
        Assert.That(At("number", "type")!.ToJsonString(), Is.EqualTo("\"string\""));
        Assert.That(At("note", "type")!.ToJsonString(), Is.EqualTo("""["string","null"]"""));
        Assert.That(At("tags", "items", "type")!.ToJsonString(), Is.EqualTo("""["string","null"]"""));
        Assert.That(At("due", "type")!.ToJsonString(), Is.EqualTo("""["string","null"]"""));
    }

    [Test]
    public void Bounds_of_annotations_are_in_the_schema()
    {
        Assert.That(At("amount", "minimum")!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(At("amount", "maximum")!.GetValue<int>(), Is.EqualTo(5));
        Assert.That(At("code", "minLength")!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(At("code", "maxLength")!.GetValue<int>(), Is.EqualTo(8));
    }

    [Test]
    public void A_derived_type_is_told_by_its_discriminator()
    {
        var shape = SchemaOf(OutputSchema.For<Drawing>())["properties"]!["first"]!;
        var kinds = shape["anyOf"]!.AsArray().Select(branch => branch!["properties"]!["kind"]!["enum"]![0]!.GetValue<string>());
        Assert.That(kinds, Is.EqualTo(new[] { "circle", "square" }));
        Assert.That(shape["anyOf"]![0]!["required"]!.ToJsonString(), Does.Contain("kind").And.Contain("name").And.Contain("radius"));
    }

    [Test]
    public void A_root_that_is_no_object_is_wrapped_and_its_references_follow()
    {
        var schema = SchemaOf(OutputSchema.For<List<InvoiceLine>>());
        Assert.That(schema["type"]!.GetValue<string>(), Is.EqualTo("object"));
        Assert.That(schema["properties"]!["value"]!["type"]!.GetValue<string>(), Is.EqualTo("array"));
        Assert.That(schema["required"]!.ToJsonString(), Is.EqualTo("""["value"]"""));
        foreach (var reference in References(schema))
            Assert.That(reference, Does.StartWith("#/properties/value"));
        Assert.That(SchemaOf(OutputSchema.For<InvoiceStatus>())["properties"]!["value"]!["enum"]!.AsArray(), Has.Count.EqualTo(3));
        Assert.That(SchemaOf(OutputSchema.For<Shape>())["properties"]!["value"]!["anyOf"]!.AsArray(), Has.Count.EqualTo(2));
        Assert.That(SchemaOf(OutputSchema.For<int>())["properties"]!["value"]!["type"]!.GetValue<string>(), Is.EqualTo("integer"));
    }

    [Test]
    public void A_dictionary_is_an_object_and_is_not_wrapped() =>
        Assert.That(OutputSchema.For<Dictionary<string, int>>().ToString(), Is.EqualTo("""{"type":"object","additionalProperties":{"type":"integer"}}"""));

    [Test]
    public void A_contract_gives_the_same_schema_as_reflection() =>
        Assert.That(OutputSchema.For(OutputTypesJson.Default.Place).ToString(), Is.EqualTo(OutputSchema.For<Place>().ToString().Replace(
            ",\"description\":\"in-progress: Somebody works on it.\"", "", StringComparison.Ordinal)));

    [Test]
    public void Only_keywords_that_the_CLI_knows_are_used()
    {
        string[] known =
        [
            "type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "description", "title", "format", "pattern", "minimum", "maximum",
            "minLength", "maxLength", "$ref",
        ];
        foreach (var schema in (OutputSchema[])[OutputSchema.For<Invoice>(), OutputSchema.For<Drawing>(), OutputSchema.For<List<InvoiceLine>>()])
            Assert.That(Keywords(SchemaOf(schema)).Except(known), Is.Empty);
    }

    [Test]
    public void The_dialect_of_a_schema_is_left_out_because_the_CLI_would_ignore_the_schema() =>
        Assert.That(OutputSchema.Json("""{"$schema":"http://json-schema.org/draft-04/schema#","type":"object"}""").ToString(), Is.EqualTo("""{"type":"object"}"""));

    private static JsonNode SchemaOf(OutputSchema schema) => JsonNode.Parse(schema.ToString())!;

    private static List<string> Properties(JsonNode schema) => [.. schema["properties"]!.AsObject().Select(property => property.Key)];

    private static JsonNode? At(params string[] path) => path.Aggregate(Schema["properties"], (node, name) => node?[name]);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject each => each.SelectMany(member => member.Key == "$ref" ? [member.Value!.GetValue<string>()] : References(member.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };

    private static IEnumerable<string> Keywords(JsonNode? schema) => schema is not JsonObject each ? [] : each.SelectMany(member => member.Key switch
    {
        "properties" => member.Value!.AsObject().SelectMany(property => Keywords(property.Value)).Prepend(member.Key),
        "anyOf" => member.Value!.AsArray().SelectMany(Keywords).Prepend(member.Key),
        _ => Keywords(member.Value).Prepend(member.Key),
    });
}
