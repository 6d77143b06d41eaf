using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Caching;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Models;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Messages;

/// <summary>Translates the body of a request for a message.</summary>
/// <param name="models">The models.</param>
/// <param name="limits">What a request may be like.</param>
internal sealed class MessageRequestReader(IModelCatalog models, GatewayRequestOptions limits)
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "model", "messages", "max_tokens", "system", "stream", "stop_sequences", "temperature", "top_p", "top_k", "tools", "tool_choice", "thinking",
        "metadata", "service_tier", "output_config", "output_format", "cache_control", "conversation_id", "cwd", "nexus",
    };

    /// <summary>Translates a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="isCount">Only the tokens are to be counted, so there need be no <c>max_tokens</c>.</param>
    /// <returns>The request.</returns>
    /// <exception cref="GatewayException">It is wrong, or asks for what there is not.</exception>
    public async ValueTask<MessageRequest> ReadAsync(RequestValue body, HttpContext context, bool isCount = false)
    {
        var caller = context.Caller();
        var nexus = body.Find("nexus")?.AsObject();
        var ignored = new IgnoredParams(nexus?.Find("strict")?.AsBoolean() ?? limits.Strict);
        foreach (var member in body.Json.EnumerateObject())
        {
            if (!Known.Contains(member.Name))
                ignored.Unknown(member.Name);
        }

        var model = await models.GetAsync(body, context.RequestAborted).ConfigureAwait(false);
        var maxTokens = isCount ? body.Find("max_tokens") : body.Get("max_tokens");
        var tools = new ToolInput(limits);
        var (choice, isParallel) = ReadTools(body, tools);
        var sampling = ReadSampling(body, model, ignored);
        sampling.MaxTokens = maxTokens?.AsInteger(1);
        var conversation = (body.Find("conversation_id") ?? nexus?.Find("conversation_id"))?.AsName();
        var messages = ReadMessages(body, conversation is not null);
        return new MessageRequest
        {
            Ignored = ignored,
            IsStream = body.Find("stream")?.AsBoolean() ?? false,
            IncludesThinking = sampling.WantsReasoning,
            Turn = new TurnRequest
            {
                RequestId = context.RequestId(),
                Caller = caller,
                Model = model.CliName,
                Messages = messages.Complete("messages"),
                System = messages.System,
                Tools = tools.Tools,
                ToolChoice = choice,
                ParallelToolCalls = isParallel,
                Sampling = sampling.Complete(model, choice),
                OutputSchema = ReadSchema(body, tools),
                ConversationId = conversation,
                Cache = CacheUse.Of(context),
                WorkingDirectory = (body.Find("cwd") ?? nexus?.Find("cwd")) is { } folder
                    ? WorkingDirectories.Resolve(caller, folder.AsName(), folder.Path)
                    : null,
                IsAgent = AgentMode.IsAsked(context, nexus?.Find("agent")?.AsBoolean()),
            },
        };
    }

    private TurnMessages ReadMessages(RequestValue body, bool continuesConversation)
    {
        var items = body.Get("messages").AsArray();
        if (items.Length > limits.MaxMessages)
            throw GatewayException.Invalid("messages", $"'messages' has {items.Length} messages; the most is {limits.MaxMessages}.");
        var messages = new TurnMessages(continuesConversation);
        if (body.Find("system") is { } system)
            messages.AddSystem(ReadSystem(system));
        var blocks = new MessageBlockReader(new MediaInput(limits));
        foreach (var item in items)
        {
            var role = item.AsObject().Get("role");
            var speaker = role.AsString() switch
            {
                "user" => TurnRole.User,
                "assistant" => TurnRole.Assistant,
                var other => throw GatewayException.Invalid(
                    role.Path, $"'{role.Path}' is '{other}'; it must be user or assistant. System texts go into 'system'."),
            };
            messages.Add(new TurnMessage(speaker, blocks.Read(item.Get("content"), speaker)), item.Path);
        }

        return messages;
    }

    private static string ReadSystem(RequestValue system) => system.Json.ValueKind == JsonValueKind.String
        ? system.AsString()
        : string.Join("\n\n", system.AsArray().Select(static block => block.AsObject().Get("text").AsString()));

    private static (ToolChoice Choice, bool IsParallel) ReadTools(RequestValue body, ToolInput input)
    {
        foreach (var tool in body.Find("tools")?.AsArray() ?? [])
        {
            if (tool.AsObject().Find("type") is { } type && type.AsString() != "custom")
            {
                throw GatewayException.Invalid(
                    type.Path, $"'{type.Path}' is '{type.AsString()}': tools that the API runs are not offered by this server, only tools of the client.");
            }

            input.Add(tool, "input_schema");
        }

        if (body.Find("tool_choice") is not { } choice)
            return (ToolChoice.Auto, true);
        var kind = choice.AsObject().Get("type");
        var mode = kind.AsString() switch
        {
            "auto" => ToolChoice.Auto,
            "none" => new ToolChoice(ToolChoiceMode.None),
            "any" when input.Tools.Count > 0 => new ToolChoice(ToolChoiceMode.Required),
            "any" => throw GatewayException.Invalid(kind.Path, $"'{kind.Path}' is 'any', but the request has no tools."),
            "tool" => Named(choice.Get("name"), input),
            var other => throw GatewayException.Invalid(kind.Path, $"'{kind.Path}' is '{other}'; it must be one of auto, any, tool, none."),
        };
        return (mode, !(choice.Find("disable_parallel_tool_use")?.AsBoolean() ?? false));
    }

    private static ToolChoice Named(RequestValue name, ToolInput input) => input.Has(name.AsName())
        ? new ToolChoice(ToolChoiceMode.Named, name.AsName())
        : throw GatewayException.Invalid(name.Path, $"'{name.Path}' names '{name.AsName()}', which is none of the request's tools.");

    private static SamplingInput ReadSampling(RequestValue body, CatalogModel model, IgnoredParams ignored)
    {
        var sampling = new SamplingInput(ignored)
        {
            Temperature = body.Find("temperature")?.AsNumber(0, 1),
            TopP = body.Find("top_p")?.AsNumber(0, 1),
            TopK = body.Find("top_k")?.AsInteger(1),
        };
        if (body.Find("stop_sequences") is { } stop)
            sampling.Stop(stop, most: 64);
        var effort = body.Find("output_config")?.Find("effort");
        if (body.Find("thinking") is { } thinking)
            ReadThinking(thinking.AsObject(), effort, sampling, model);
        else if (effort is { } level)
            sampling.Effort(level, model);
        return sampling;
    }

    private static void ReadThinking(RequestValue thinking, RequestValue? effort, SamplingInput sampling, CatalogModel model)
    {
        var type = thinking.Get("type");
        switch (type.AsString())
        {
            case "disabled":
                break;
            case "adaptive" when effort is { } level:
                sampling.Effort(level, model);
                break;
            case "adaptive":
                sampling.Think(model.TakesEffort ? new Reasoning(EffortLevel.High) : new Reasoning(null, 10_000), "thinking");
                break;
            case "enabled":
                var budget = thinking.Get("budget_tokens").AsInteger(1024);
                var depth = budget < 8_000 ? EffortLevel.Low : budget < 16_000 ? EffortLevel.Medium : EffortLevel.High;
                sampling.Think(model.TakesEffort ? new Reasoning(depth) : new Reasoning(null, budget), "thinking");
                break;
            case var other:
                throw GatewayException.Invalid(type.Path, $"'{type.Path}' is '{other}'; it must be one of enabled, adaptive, disabled.");
        }
    }

    private static JsonElement? ReadSchema(RequestValue body, ToolInput schemas)
    {
        if ((body.Find("output_config")?.Find("format") ?? body.Find("output_format")) is not { } format)
            return null;
        var type = format.AsObject().Get("type");
        return type.AsString() == "json_schema"
            ? schemas.Schema(format.Get("schema"))
            : throw GatewayException.Invalid(type.Path, $"'{type.Path}' is '{type.AsString()}'; it must be json_schema.");
    }
}
