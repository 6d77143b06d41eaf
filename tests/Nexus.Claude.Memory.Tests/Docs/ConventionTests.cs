using System.Reflection;

namespace Nexus.Claude.Memory.Tests.Docs;

/// <summary>What CONTRIBUTING.md promises about the public surface, for this package.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ConventionTests
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly Type[] Types = typeof(ClaudeMemory).Assembly.GetExportedTypes();

    [Test]
    public void Public_types_are_sealed_and_in_the_namespace_of_the_package()
    {
        Assert.That(Types, Has.Length.GreaterThan(15));
        Assert.That(Types.Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false }), Is.Empty);
        Assert.That(Types.Select(type => type.Namespace), Is.All.EqualTo("Nexus.Claude.Memory"));
    }

    [Test]
    public void What_is_asynchronous_ends_in_Async_and_its_token_comes_last()
    {
        foreach (var method in Types.SelectMany(type => type.GetMethods(Own)).Where(method => !method.IsSpecialName))
        {
            bool isAsynchronous = typeof(Task).IsAssignableFrom(method.ReturnType) || method.ReturnType == typeof(ValueTask)
                || method.ReturnType.Name.StartsWith("IAsyncEnumerable", StringComparison.Ordinal);
            Assert.That(method.Name.EndsWith("Async", StringComparison.Ordinal), Is.EqualTo(isAsynchronous), method.Name);
            var token = method.GetParameters().FirstOrDefault(parameter => parameter.ParameterType == typeof(CancellationToken));
            Assert.That(token is null || (token == method.GetParameters()[^1] && token is { HasDefaultValue: true, Name: "cancellationToken" }), Is.True, method.Name);
        }
    }

    [Test]
    public void The_core_is_seen_by_its_public_surface_alone() =>
        Assert.That(typeof(ClaudeClient).Assembly.GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>()
            .Select(friend => friend.AssemblyName), Has.None.Contains("Memory"));
}
