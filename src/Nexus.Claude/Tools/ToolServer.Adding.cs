using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Server;
using Nexus.Claude.Tools;

namespace Nexus.Claude;

/// <content>How tools get into a server.</content>
public sealed partial class ToolServer
{
    /// <summary>Adds a function under its own name.</summary>
    /// <param name="function">
    /// The function. What it returns goes to the model: text as text, <see cref="DataContent"/> as an image or a sound, several
    /// <see cref="AIContent"/> as several, and anything else as JSON. <see cref="ErrorContent"/> marks the call as failed.
    /// </param>
    /// <param name="options">What to say about the tool; null for nothing.</param>
    /// <returns>This server.</returns>
    /// <exception cref="ArgumentException">There is a tool of that name, or the name is no tool name.</exception>
    public ToolServer Add(AIFunction function, ToolOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        options ??= new ToolOptions();
        return Add(McpServerTool.Create(new ServedFunction(function), options.ToCreateOptions(null, null, Services)));
    }

    /// <summary>Adds a method or a lambda.</summary>
    /// <param name="name">The tool's name: at most 128 ASCII letters, digits, <c>_</c>, <c>-</c> and <c>.</c>.</param>
    /// <param name="description">What the tool does and when to use it; the model decides by it.</param>
    /// <param name="method">
    /// The method, sync or async. Its parameters are the tool's, each described by <see cref="System.ComponentModel.DescriptionAttribute"/>; parameters
    /// of type <see cref="CancellationToken"/>, <see cref="McpServer"/>, <c>RequestContext&lt;CallToolRequestParams&gt;</c>,
    /// <c>IProgress&lt;ProgressNotificationValue&gt;</c> and of the types of <see cref="Services"/> are filled in here and not shown to the model.
    /// </param>
    /// <param name="options">What to say about the tool; null for nothing.</param>
    /// <returns>This server.</returns>
    /// <exception cref="ArgumentException">There is a tool of that name, or the name is no tool name.</exception>
    public ToolServer Add(string name, string description, Delegate method, ToolOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(method);
        options ??= new ToolOptions();
        return Add(McpServerTool.Create(method, options.ToCreateOptions(name, description, Services)));
    }

    /// <summary>Adds a tool made elsewhere.</summary>
    /// <param name="tool">The tool.</param>
    /// <returns>This server.</returns>
    /// <exception cref="ArgumentException">There is a tool of that name.</exception>
    /// <exception cref="InvalidOperationException">The tools of this server are decided elsewhere.</exception>
    public ToolServer Add(McpServerTool tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        if (_create is not null || _ready is { ToolCollection: null })
        {
            throw new InvalidOperationException(
                $"The tool server '{Name}' was made of {(_create is null ? "options without a ToolCollection" : "a function that makes McpServers")}, so tools "
                + "added here would never be listed. Add them there.");
        }

        Tools.Add(tool);
        return this;
    }

    /// <summary>Adds the methods with <see cref="McpServerToolAttribute"/> of a type. Instance methods get a new instance for each call.</summary>
    /// <typeparam name="T">The type. Its constructor is filled from <see cref="Services"/>.</typeparam>
    /// <param name="serializerOptions">How arguments and results become JSON; null for the defaults.</param>
    /// <returns>This server.</returns>
    /// <exception cref="ArgumentException">The type has no such method, or one has the name of a tool that is there.</exception>
    [RequiresUnreferencedCode("The methods and the types of their parameters are found by reflection. Add single methods or AIFunctions instead.")]
    public ToolServer AddMethods<[DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods | DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        JsonSerializerOptions? serializerOptions = null) =>
        AddMethods(
            typeof(T),
            (method, options) => method.IsStatic
                ? McpServerTool.Create(method, (object?)null, options)
                : McpServerTool.Create(method, request => ActivatorUtilities.CreateInstance<T>(request.Services ?? NoServices.Instance)!, options),
            serializerOptions);

    /// <summary>Adds the methods with <see cref="McpServerToolAttribute"/> of an object, which every call uses.</summary>
    /// <param name="target">The object. It stays yours.</param>
    /// <param name="serializerOptions">How arguments and results become JSON; null for the defaults.</param>
    /// <returns>This server.</returns>
    /// <exception cref="ArgumentException">The type has no such method, or one has the name of a tool that is there.</exception>
    [RequiresUnreferencedCode("The methods and the types of their parameters are found by reflection. Add single methods or AIFunctions instead.")]
    public ToolServer AddMethodsOf(object target, JsonSerializerOptions? serializerOptions = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        return AddMethods(target.GetType(), (method, options) => McpServerTool.Create(method, method.IsStatic ? null : target, options), serializerOptions);
    }

    private ToolServer AddMethods(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods)] Type type,
        Func<MethodInfo, McpServerToolCreateOptions, McpServerTool> create,
        JsonSerializerOptions? serializerOptions)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var methods = type.GetMethods(Any).Where(method => method.IsDefined(typeof(McpServerToolAttribute), inherit: true)).ToList();
        if (methods.Count == 0)
            throw new ArgumentException($"{type} has no method with [McpServerTool]. Put the attribute on each method that is to be a tool.");
        foreach (var method in methods)
            Add(create(method, new McpServerToolCreateOptions { Services = Services, SerializerOptions = serializerOptions }));
        return this;
    }

    private sealed class NoServices : IServiceProvider
    {
        public static NoServices Instance { get; } = new();

        public object? GetService(Type serviceType) => null;
    }
}
