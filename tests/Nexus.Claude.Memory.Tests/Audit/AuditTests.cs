using System.Reflection;

namespace Nexus.Claude.Memory.Tests.Audit;

/// <summary>No row of the table and no defect is without a test.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class AuditTests
{
    private static readonly MethodInfo[] Tests = [.. typeof(AuditTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))];

    private static readonly int[] Rows = [.. Enumerable.Range(1, 30)];

    private static readonly string[] Defects = [.. Enumerable.Range(1, 14).Select(n => $"M{n}"), .. Enumerable.Range(36, 12).Select(n => $"E{n}"), "B9"];

    [TestCaseSource(nameof(Rows))]
    public void Every_row_has_a_test(int row) =>
        Assert.That(Tests.Where(test => test.GetCustomAttributes<RowAttribute>().Any(mark => mark.Number == row)), Is.Not.Empty);

    [TestCaseSource(nameof(Defects))]
    public void Every_defect_has_a_test(string defect) =>
        Assert.That(Tests.Where(test => test.GetCustomAttributes<SeedDefectAttribute>().Any(mark => mark.Id == defect)), Is.Not.Empty);

    [Test]
    public void What_is_marked_is_a_test()
    {
        var marked = Tests.Where(test => test.IsDefined(typeof(RowAttribute)) || test.IsDefined(typeof(SeedDefectAttribute)));

        Assert.That(marked.Where(test => !test.IsDefined(typeof(TestAttribute)) && !test.IsDefined(typeof(TestCaseAttribute)) && !test.IsDefined(typeof(TestCaseSourceAttribute))), Is.Empty);
    }
}
