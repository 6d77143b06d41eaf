namespace Nexus.Claude.Memory.Tests.Audit;

/// <summary>The row of the feature table (design page on memory, section 2) that a test proves.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class RowAttribute(int number) : PropertyAttribute("Row", number)
{
    public int Number { get; } = number;
}

/// <summary>
/// The defect of the package this one re-creates that a test shows to be absent: <c>M1</c> to <c>M14</c> are those of the page on memory,
/// <c>E36</c> to <c>E47</c> those of the inventory, <c>B9</c> its failure behaviour.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class SeedDefectAttribute(string id) : PropertyAttribute("SeedDefect", id)
{
    public string Id { get; } = id;
}
