using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using DescriptionAttribute = System.ComponentModel.DescriptionAttribute;
using RangeAttribute = System.ComponentModel.DataAnnotations.RangeAttribute;

namespace Nexus.Claude.Tests.Output;

/// <summary>An answer of the recorded transcripts.</summary>
internal sealed record Answer([property: JsonPropertyName("answer")] int Value);

[Description("An invoice.")]
internal sealed record Invoice(
    string Number,
    InvoiceStatus Status,
    IReadOnlyList<InvoiceLine> Lines,
    DateTimeOffset Issued,
    DateOnly? Due,
    string? Note = null)
{
    public required Dictionary<string, InvoiceLine> Extra { get; init; }

    [JsonPropertyName("the_total")]
    [Description("With taxes.")]
    public decimal Total { get; set; }

    public InvoiceStatus? Former { get; set; }

    public List<string?> Tags { get; set; } = [];

    public List<string> Labels { get; set; } = [];

    [DisplayName("How many")]
    [Range(1, 5)]
    public int Amount { get; set; } = 1;

    [StringLength(8, MinimumLength = 2)]
    public string Code { get; set; } = "ab";

    public TimeSpan Spent { get; set; }

    public TimeOnly At { get; set; }

    public Guid Id { get; set; }

    public Uri? Link { get; set; }

    public double Weight { get; set; }

    public long Big { get; set; }

    public bool IsPaid { get; set; }

    [JsonIgnore]
    public int Hidden { get; set; }

    public string Summary => Number + Total;
}

internal sealed record InvoiceLine(string Text, decimal Price, InvoiceLine? Part = null);

internal enum InvoiceStatus
{
    Open,

    [JsonStringEnumMemberName("in-progress")]
    [Description("Somebody works on it.")]
    InProgress,

    Closed,
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Circle), "circle")]
[JsonDerivedType(typeof(Square), "square")]
internal abstract record Shape(string Name);

internal sealed record Circle(string Name, double Radius) : Shape(Name);

internal sealed record Square(string Name, double Side) : Shape(Name);

internal sealed record Drawing(Shape First, Shape? Second, IReadOnlyList<Shape> Others);

internal sealed record Place(string City, int Inhabitants, InvoiceStatus Status);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Place))]
[JsonSerializable(typeof(List<Place>))]
internal sealed partial class OutputTypesJson : JsonSerializerContext;
