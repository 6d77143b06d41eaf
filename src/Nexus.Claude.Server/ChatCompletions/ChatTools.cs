using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.ChatCompletions;

/// <summary>The tools of a request for a chat completion, in the form of today or in the legacy one.</summary>
/// <param name="Input">All that were declared.</param>
/// <param name="Offered">Those that the model may call.</param>
/// <param name="Choice">Whether it has to.</param>
/// <param name="IsParallel">Whether it may call several at once.</param>
/// <param name="UsesFunctions">They came as <c>functions</c>.</param>
internal sealed record ChatTools(ToolInput Input, IReadOnlyList<ClientTool> Offered, ToolChoice Choice, bool IsParallel, bool UsesFunctions)
{
    /// <summary>Reads them.</summary>
    /// <param name="body">The request.</param>
    /// <param name="limits">How many, and how large.</param>
    /// <returns>The tools.</returns>
    /// <exception cref="GatewayException">They are wrong.</exception>
    public static ChatTools Read(RequestValue body, GatewayRequestOptions limits)
    {
        var input = new ToolInput(limits);
        if (body.Find("functions") is { } functions)
        {
            if (body.Find("tools") is not null)
                throw GatewayException.Invalid("functions", "'functions' and 'tools' exclude each other; use 'tools'.");
            foreach (var function in functions.AsArray())
                input.Add(function.AsObject());
            var legacy = body.Find("function_call") is { } call ? ReadFunctionChoice(call, input) : ToolChoice.Auto;
            return new ChatTools(input, input.Tools, legacy, IsParallel: false, UsesFunctions: true);
        }

        if (body.Find("tools") is { } tools)
        {
            foreach (var tool in tools.AsArray())
            {
                RequireFunction(tool.AsObject().Get("type"));
                input.Add(tool.Get("function").AsObject());
            }
        }

        var (choice, offered) = body.Find("tool_choice") is { } wanted ? ReadChoice(wanted, input) : (ToolChoice.Auto, input.Tools);
        return new ChatTools(input, offered, choice, body.Find("parallel_tool_calls")?.AsBoolean() ?? true, UsesFunctions: false);
    }

    private static (ToolChoice Choice, IReadOnlyList<ClientTool> Offered) ReadChoice(RequestValue choice, ToolInput input)
    {
        if (choice.Json.ValueKind == JsonValueKind.String)
            return (OfMode(choice, input), input.Tools);
        var type = choice.AsObject().Get("type");
        if (type.AsString() == "allowed_tools")
            return ReadAllowed(choice.Get("allowed_tools").AsObject(), input);
        RequireFunction(type);
        return (Named(choice.Get("function").AsObject().Get("name"), input), input.Tools);
    }

    private static (ToolChoice Choice, IReadOnlyList<ClientTool> Offered) ReadAllowed(RequestValue allowed, ToolInput input)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (var tool in allowed.Get("tools").AsArray())
        {
            RequireFunction(tool.AsObject().Get("type"));
            names.Add(Named(tool.Get("function").AsObject().Get("name"), input).Name!);
        }

        return (OfMode(allowed.Get("mode"), input), [.. input.Tools.Where(tool => names.Contains(tool.Name))]);
    }

    private static ToolChoice ReadFunctionChoice(RequestValue choice, ToolInput input) =>
        choice.Json.ValueKind == JsonValueKind.String ? OfMode(choice, input) : Named(choice.AsObject().Get("name"), input);

    private static ToolChoice OfMode(RequestValue mode, ToolInput input)
    {
        var choice = mode.AsString() switch
        {
            "auto" => ToolChoice.Auto,
            "none" => new ToolChoice(ToolChoiceMode.None),
            "required" => new ToolChoice(ToolChoiceMode.Required),
            var other => throw GatewayException.Invalid(
                mode.Path, $"'{mode.Path}' is '{other}'; it must be one of none, auto, required, or an object that names a tool.", "invalid_value"),
        };
        return choice.Mode != ToolChoiceMode.Required || input.Tools.Count > 0
            ? choice
            : throw GatewayException.Invalid(mode.Path, $"'{mode.Path}' is 'required', but the request has no tools.");
    }

    private static ToolChoice Named(RequestValue name, ToolInput input) =>
        input.Has(name.AsName())
            ? new ToolChoice(ToolChoiceMode.Named, name.AsName())
            : throw GatewayException.Invalid(name.Path, $"'{name.Path}' names '{name.AsName()}', which is none of the request's tools.", "invalid_value");

    private static void RequireFunction(RequestValue type)
    {
        if (type.AsString() is var kind and not "function")
        {
            throw GatewayException.Invalid(
                type.Path, $"'{type.Path}' is '{kind}'; only 'function' is offered here. Declare the tool as a function with a JSON schema.", "unsupported_value");
        }
    }
}
