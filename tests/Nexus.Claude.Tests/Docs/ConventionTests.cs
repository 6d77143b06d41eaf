using System.Reflection;
using System.Runtime.CompilerServices;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Docs;

/// <summary>What CONTRIBUTING.md promises about the public surface.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ConventionTests
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly Assembly[] Libraries = [typeof(ClaudeCode).Assembly, typeof(ScriptedMessagesApi).Assembly];
    private static readonly Type[] Types = [.. Libraries.SelectMany(library => library.GetExportedTypes())];

    // An error of its own, and the base of narrower ones.
    private static readonly Type[] OpenClasses = [typeof(ClaudeException), typeof(ClaudeResultException)];

    [Test]
    public void Public_classes_are_sealed_abstract_or_static() =>
        Assert.That(Types.Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false }), Is.EquivalentTo(OpenClasses));

    [Test]
    public void Public_types_live_in_the_namespace_of_their_package()
    {
        foreach (var type in Types)
            Assert.That(type.Namespace, Is.EqualTo(type.Assembly.GetName().Name), type.Name);
    }

    [Test]
    public void What_is_asynchronous_ends_in_Async_and_nothing_else_does()
    {
        foreach (var method in Methods())
            Assert.That(method.Name.EndsWith("Async", StringComparison.Ordinal), Is.EqualTo(IsAsynchronous(method.ReturnType)), () => Describe(method));
    }

    [Test]
    public void A_cancellation_token_is_the_last_parameter_and_optional()
    {
        foreach (var method in Methods().Where(method => method.GetParameters().Any(p => p.ParameterType == typeof(CancellationToken))))
        {
            var last = method.GetParameters().Last();
            Assert.That(last.ParameterType, Is.EqualTo(typeof(CancellationToken)), Describe(method));
            Assert.That(last.HasDefaultValue, Is.True, Describe(method));
            Assert.That(last.Name, Is.EqualTo("cancellationToken"), Describe(method));
        }
    }

    [Test]
    public void Every_error_derives_from_the_one_root()
    {
        var exceptions = Libraries.SelectMany(library => library.GetTypes()).Where(type => type.IsSubclassOf(typeof(Exception)) && type.IsPublic).ToList();
        Assert.That(exceptions, Has.Count.GreaterThan(8));
        foreach (var exception in exceptions)
            Assert.That(exception.IsAssignableTo(typeof(ClaudeException)), Is.True, exception.Name);
    }

    [Test]
    public void No_type_is_named_for_having_no_idea()
    {
        string[] empty = ["Utils", "Util", "Utilities", "Helper", "Helpers", "Manager", "Common", "Misc"];
        var named = Libraries.SelectMany(library => library.GetTypes())
            .Where(type => !type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute)))
            .Where(type => empty.Any(word => type.Name.EndsWith(word, StringComparison.Ordinal)));
        Assert.That(named, Is.Empty);
    }

    [Test]
    public async Task Every_option_stands_in_the_page_of_options()
    {
        string page = await File.ReadAllTextAsync(Repository.PathOf("docs/options.md"));
        foreach (var property in typeof(ClaudeOptions).GetProperties(Own))
            Assert.That(page, Does.Contain($"`{property.Name}`"), property.Name);
    }

    [Test]
    public async Task Every_error_stands_in_the_page_of_errors()
    {
        string page = await File.ReadAllTextAsync(Repository.PathOf("docs/errors.md"));
        foreach (var type in Types.Where(type => type.IsAssignableTo(typeof(Exception))))
            Assert.That(page, Does.Contain($"`{type.Name}`"));
    }

    private static IEnumerable<MethodInfo> Methods() =>
        Types.SelectMany(type => type.GetMethods(Own)).Where(method => !method.IsSpecialName && !method.IsDefined(typeof(CompilerGeneratedAttribute)));

    // A turn can be awaited piece by piece; its enumerator has the framework's name.
    private static bool IsAsynchronous(Type type) =>
        type.IsAssignableTo(typeof(Task)) || type == typeof(ValueTask) || type == typeof(Turn)
        || (type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(ValueTask<>) || open == typeof(IAsyncEnumerable<>)));

    private static string Describe(MethodInfo method) => $"{method.DeclaringType!.FullName}.{method.Name}";
}
