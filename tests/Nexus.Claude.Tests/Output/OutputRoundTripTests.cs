using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace Nexus.Claude.Tests.Output;

/// <summary>Whatever a value is, its JSON fits the schema of its type and comes back as the value.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class OutputRoundTripTests
{
    // No lone surrogates: JSON has no way to write them.
    private static readonly Gen<string> Text = Gen.Char['\0', '\uD7FF'].Array[0, 12].Select(chars => new string(chars));

    private static readonly Gen<InvoiceStatus> Status = Gen.Int[0, 2].Select(value => (InvoiceStatus)value);

    private static readonly Gen<InvoiceLine> Line =
        Gen.Select(Text, Gen.Decimal, Text, Gen.Bool).Select((text, price, part, nests) => new InvoiceLine(text, price, nests ? new InvoiceLine(part, price) : null));

    private static readonly Gen<Invoice> Invoices =
        Gen.Select(
            Gen.Select(Text, Status, Line.List[0, 3], Gen.DateTimeOffset, Gen.Date.Nullable(), Gen.Null(Text)),
            Gen.Select(Gen.Dictionary(Text, Line)[0, 3], Gen.Decimal, Status.Nullable(), Gen.Null(Text).List[0, 3], Gen.Int[1, 5]),
            Gen.Select(Gen.TimeSpan, Gen.Long[0, TimeSpan.TicksPerDay - 1], Gen.Guid, Gen.Double.Where(double.IsFinite), Gen.Long, Gen.Bool))
        .Select((head, body, tail) => new Invoice(head.Item1, head.Item2, head.Item3, head.Item4, head.Item5 is { } due ? DateOnly.FromDateTime(due) : null, head.Item6)
        {
            Extra = body.Item1,
            Total = body.Item2,
            Former = body.Item3,
            Tags = body.Item4,
            Amount = body.Item5,
            Spent = tail.Item1,
            At = new TimeOnly(tail.Item2),
            Id = tail.Item3,
            Weight = tail.Item4,
            Big = tail.Item5,
            IsPaid = tail.Item6,
            Link = new Uri("https://example.org/a?b=c#d"),
        });

    private static readonly Gen<Shape> Shapes = Gen.OneOf<Shape>(
        Gen.Select(Text, Gen.Double.Where(double.IsFinite)).Select((name, size) => (Shape)new Circle(name, size)),
        Gen.Select(Text, Gen.Double.Where(double.IsFinite)).Select((name, size) => (Shape)new Square(name, size)));

    [Test]
    public void An_object_with_everything() => Invoices.Sample(value => ComesBack(OutputSchema.For<Invoice>(), value), iter: 300);

    [Test]
    public void Derived_types() =>
        Gen.Select(Shapes, Gen.Null(Shapes), Shapes.List[0, 3]).Sample((first, second, others) => ComesBack(OutputSchema.For<Drawing>(), new Drawing(first, second, others)), iter: 300);

    [Test]
    public void A_derived_type_at_the_root() => Shapes.Sample(value => ComesBack(OutputSchema.For<Shape>(), value), iter: 100);

    [Test]
    public void A_list() => Line.List[0, 4].Sample(value => ComesBack(OutputSchema.For<List<InvoiceLine>>(), value), iter: 100);

    [Test]
    public void A_dictionary() => Gen.Dictionary(Text, Gen.Int)[0, 4].Sample(value => ComesBack(OutputSchema.For<Dictionary<string, int>>(), value), iter: 100);

    [Test]
    public void An_enum() => Status.Sample(value => ComesBack(OutputSchema.For<InvoiceStatus>(), value), iter: 20);

    [Test]
    public void A_text() => Text.Sample(value => ComesBack(OutputSchema.For<string>(), value), iter: 100);

    [Test]
    public void A_number_or_none() => Gen.Int.Nullable().Sample(value => ComesBack(OutputSchema.For<int?>(), value), iter: 50);

    [Test]
    public void By_a_contract_without_reflection() =>
        Gen.Select(Text, Gen.Int, Status).Select((city, count, status) => new Place(city, count, status)).List[0, 3]
            .Sample(value => ComesBack(OutputSchema.For(OutputTypesJson.Default.ListPlace), value), iter: 100);

    private static void ComesBack<T>(OutputSchema<T> schema, T value)
    {
        JsonNode? json = JsonSerializer.SerializeToNode(value, schema.Type);
        // A computed member is written, and no model is asked for it.
        (json as JsonObject)?.Remove("summary");
        JsonNode output = schema.IsWrapped ? new JsonObject { ["value"] = json } : json!;

        T read = schema.Read(Results.With(output.ToJsonString()));

        Assert.That(JsonSerializer.Serialize(read, schema.Type), Is.EqualTo(JsonSerializer.Serialize(value, schema.Type)));
    }
}
