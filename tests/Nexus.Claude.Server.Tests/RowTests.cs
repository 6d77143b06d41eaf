using System.Reflection;

namespace Nexus.Claude.Server.Tests;

/// <summary>No feature that was promised is without a test: those of other gateways that are to be matched, and those of the system re-created here.</summary>
internal sealed class RowTests
{
    private static readonly int[] GatewayRows = [.. Enumerable.Range(1, 45)];

    private static readonly int[] SeedRows = [.. Enumerable.Range(89, 42)];

    private static readonly ILookup<string, string> Marks = typeof(RowTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Cast<MemberInfo>().Append(type))
        .SelectMany(member => member.GetCustomAttributes<PropertyAttribute>())
        .SelectMany(mark => mark.Properties.Keys.SelectMany(key => mark.Properties[key].Cast<object>().Select(value => (Key: key, Value: $"{value}"))))
        .ToLookup(mark => mark.Key, mark => mark.Value);

    [TestCaseSource(nameof(GatewayRows))]
    public void Every_row_of_the_gateway_has_a_test(int row) => Assert.That(Marks["gateway-row"], Does.Contain($"{row}"));

    [TestCaseSource(nameof(SeedRows))]
    public void Every_row_of_the_seeds_server_has_a_test(int row) => Assert.That(Marks["seed-row"], Does.Contain($"{row}"));
}
