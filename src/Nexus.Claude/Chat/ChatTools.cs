using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Nexus.Claude.Chat;

/// <summary>
/// The functions of a conversation. The CLI is told of them once, when it starts; each call of the chat client brings its own objects for
/// them, and those are what runs.
/// </summary>
internal sealed class ChatTools
{
    private const string ServerName = "functions";

    private readonly IServiceProvider? _services;
    private volatile Dictionary<string, AIFunction> _current = [];

    private ChatTools(IServiceProvider? services) => _services = services;

    /// <summary>The functions among the tools of a call.</summary>
    /// <param name="options">The call's options.</param>
    /// <returns>The functions in their order.</returns>
    /// <exception cref="NotSupportedException">A tool cannot be given to the CLI.</exception>
    public static List<AIFunction> FunctionsOf(ChatOptions? options)
    {
        List<AIFunction> functions = [];
        if (options?.ToolMode is NoneChatToolMode)
            return functions;
        foreach (var tool in options?.Tools ?? [])
        {
            if (tool.GetService<ApprovalRequiredAIFunction>() is not null)
            {
                throw new NotSupportedException(
                    $"The tool '{tool.Name}' needs an approval that a chat client cannot ask for while the model waits. Give the plain function, and decide in a permission callback of ClaudeOptions.");
            }

            if (tool is not AIFunction function)
            {
                throw new NotSupportedException(
                    $"The tool '{tool.Name}' ({tool.GetType().Name}) cannot be run by this program. The Claude Code CLI calls tools itself, so give an AIFunction; "
                    + "servers and built-in tools are set in ClaudeOptions.");
            }

            functions.Add(function);
        }

        return functions;
    }

    /// <summary>What the model calls a function.</summary>
    /// <param name="name">The function's name.</param>
    /// <returns>The tool's full name.</returns>
    public static string FullName(string name) => Tools.McpToolName.Of(ServerName, name);

    /// <summary>The functions as text: two calls of the same text can share a CLI.</summary>
    /// <param name="functions">The functions.</param>
    /// <returns>The text.</returns>
    public static string KeyOf(List<AIFunction> functions)
    {
        var key = new StringBuilder();
        foreach (var function in functions)
            key.Append(function.Name).Append('\u0001').Append(function.Description).Append('\u0001').Append(function.JsonSchema.GetRawText()).Append('\u0002');
        return key.ToString();
    }

    /// <summary>Gives a CLI that is about to start the functions.</summary>
    /// <param name="options">The options of its session.</param>
    /// <param name="functions">The functions.</param>
    /// <param name="services">What functions get as their services; null for none.</param>
    /// <returns>The functions of the conversation.</returns>
    public static ChatTools AddTo(ClaudeOptions options, List<AIFunction> functions, IServiceProvider? services)
    {
        var tools = new ChatTools(services);
        tools.Use(functions);
        if (functions.Count == 0)
            return tools;
        options.ToolServers.Add(ToolServer.Create(ServerName, functions.Select(function => new CurrentFunction(function, tools))));
        foreach (var function in functions)
            options.AllowedTools.Add(FullName(function.Name));
        return tools;
    }

    /// <summary>The functions that run from now on; the same names as at the start.</summary>
    /// <param name="functions">The functions.</param>
    public void Use(List<AIFunction> functions) => _current = functions.ToDictionary(static function => function.Name, StringComparer.Ordinal);

    /// <summary>What the caller calls a tool: a function by its own name, anything else by the CLI's.</summary>
    /// <param name="fullName">The name that the model uses.</param>
    /// <returns>The name.</returns>
    public string NameOf(string fullName) => _current.Keys.FirstOrDefault(name => FullName(name) == fullName) ?? fullName;

    /// <summary>Stands for whatever object the running call has brought for a function.</summary>
    private sealed class CurrentFunction(AIFunction first, ChatTools tools) : AIFunction
    {
        public override string Name => first.Name;

        public override string Description => first.Description;

        public override JsonElement JsonSchema => first.JsonSchema;

        public override JsonElement? ReturnJsonSchema => first.ReturnJsonSchema;

        public override JsonSerializerOptions JsonSerializerOptions => first.JsonSerializerOptions;

        protected override ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
        {
            arguments.Services ??= tools._services;
            return (tools._current.GetValueOrDefault(first.Name) ?? first).InvokeAsync(arguments, cancellationToken);
        }
    }
}
