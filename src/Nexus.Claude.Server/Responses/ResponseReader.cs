using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Caching;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Models;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Responses;

/// <summary>Reads <c>POST /v1/responses</c>.</summary>
/// <param name="models">The models.</param>
/// <param name="responses">Those that requests refer to.</param>
/// <param name="options">What requests may be like.</param>
internal sealed class ResponseReader(IModelCatalog models, ResponseArchive responses, IOptions<NexusClaudeServerOptions> options)
{
    private const string Encrypted = "reasoning.encrypted_content";

    private static readonly JsonElement AnyObject = RequestBody.ParseJson("""{"type":"object"}"""u8.ToArray());

    // Without an effect here or anywhere: clients send them for the bookkeeping of OpenAI's own servers.
    private static readonly string[] Harmless =
        ["user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "service_tier", "truncation", "stream_options", "metadata", "store", "stream", "include",
         "model", "input", "instructions", "previous_response_id", "conversation", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning", "max_output_tokens",
         "temperature", "top_p", "background", "nexus", "cwd", "top_logprobs", "max_tool_calls", "prompt", "context_management"];

    /// <summary>Reads a request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>What it asks for.</returns>
    /// <exception cref="GatewayException">It asks for something that is not to be had.</exception>
    public async ValueTask<ResponseRequest> ReadAsync(HttpContext context)
    {
        var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var caller = context.Caller();
        var limits = options.Value.Requests;
        var ignored = new IgnoredParams(limits.Strict || body.Find("nexus")?.Find("strict")?.AsBoolean() == true);
        Refuse(body);
        var model = await models.GetAsync(body, context.RequestAborted).ConfigureAwait(false);
        var previous = body.Find("previous_response_id")?.AsName();
        var conversation = Conversation(body);
        if (previous is not null && conversation is not null)
            throw GatewayException.Invalid("previous_response_id", "'previous_response_id' and 'conversation' exclude each other. Send one of them.", "mutually_exclusive_parameters");
        var input = await InputAsync(body.Get("input"), caller, limits, context.RequestAborted).ConfigureAwait(false);
        var history = previous is null ? [] : await responses.HistoryAsync(caller.KeyId, previous, context.RequestAborted).ConfigureAwait(false);
        var said = new LogMessages([.. history, .. input]);
        var messages = new TurnMessages(continuesConversation: conversation is not null);
        foreach (var message in said.Messages)
            messages.Add(message, "input");

        var instructions = Instructions(body);
        var tools = Tools(body, limits, ignored);
        var choice = Choice(body, tools);
        var sampling = Sampling(body, model, ignored);
        var (schema, formatSystem) = Format(body, tools);
        foreach (var member in body.Json.EnumerateObject().Where(member => !Harmless.Contains(member.Name)))
            ignored.Unknown(member.Name);
        if (body.Find("max_tool_calls") is not null)
            ignored.Add("max_tool_calls", "has no effect: tools run at the client, which counts them itself.");
        if (body.Find("top_logprobs")?.AsInteger(0) > 0)
            ignored.Add("top_logprobs", "has no effect: the model's API tells no probabilities.");

        var turn = new TurnRequest
        {
            RequestId = context.RequestId(),
            Caller = caller,
            Model = model.CliName,
            System = Join(instructions, said.System, formatSystem),
            KeepsSystem = instructions is null && formatSystem is null,
            Messages = messages.Complete("input"),
            Tools = tools.Tools,
            ToolChoice = choice,
            ParallelToolCalls = body.Find("parallel_tool_calls")?.AsBoolean() ?? true,
            Sampling = sampling.Complete(model, choice),
            OutputSchema = schema,
            ConversationId = conversation,
            WorkingDirectory = body.Find("cwd") is { } cwd ? WorkingDirectories.Resolve(caller, cwd.AsString(), cwd.Path) : null,
            Cache = CacheUse.Of(context),
        };
        ignored.WriteTo(context.Response);
        return new ResponseRequest
        {
            Turn = turn,
            Model = body.Get("model").AsString(),
            Input = input,
            Instructions = instructions,
            PreviousId = previous,
            IsStored = body.Find("store")?.AsBoolean() ?? true,
            IsStreamed = body.Find("stream")?.AsBoolean() ?? false,
            ShowsReasoning = sampling.WantsReasoning,
            IncludesEncrypted = body.Find("include") is { } include && include.AsArray().Any(static item => item.AsString() == Encrypted),
            Metadata = Metadata.Read(body),
            Body = body.Json,
        };
    }

    private static void Refuse(RequestValue body)
    {
        if (body.Find("background")?.AsBoolean() == true)
        {
            throw GatewayException.Invalid(
                "background", "'background' is not supported: a response lasts as long as its request. Use 'stream', and read it to its end.", "unsupported_parameter");
        }

        if (body.Find("prompt") is not null)
            throw GatewayException.Invalid("prompt", "'prompt' is not supported: this server keeps no prompt templates. Use 'instructions' and 'input'.", "unsupported_parameter");
    }

    private static string? Conversation(RequestValue body) => body.Find("conversation") switch
    {
        null => null,
        { Json.ValueKind: JsonValueKind.String } id => id.AsName(),
        { } conversation => conversation.Get("id").AsName(),
    };

    private static string? Instructions(RequestValue body) => body.Find("instructions") is { } instructions && instructions.AsString() is { Length: > 0 } text ? text : null;

    private static string? Join(params string?[] texts) =>
        texts.Where(static text => text is not null).ToArray() is { Length: > 0 } some ? string.Join("\n\n", some) : null;

    private async ValueTask<IReadOnlyList<ConversationItem>> InputAsync(
        RequestValue input, Caller caller, GatewayRequestOptions limits, CancellationToken cancellationToken) =>
        input.Json.ValueKind == JsonValueKind.String
            ? [ConversationItem.Create(ItemRole.User, [new TextBlock(input.AsString())])]
            : await new ItemReader(limits, id => responses.FindItemAsync(caller.KeyId, id, cancellationToken)).ReadAllAsync(input).ConfigureAwait(false);

    private static ToolInput Tools(RequestValue body, GatewayRequestOptions limits, IgnoredParams ignored)
    {
        var tools = new ToolInput(limits);
        foreach (var tool in body.Find("tools")?.AsArray() ?? [])
        {
            var type = tool.Get("type");
            if (type.AsString() != "function")
            {
                throw GatewayException.Invalid(
                    type.Path, $"Tools of the type '{type.AsString()}' are not supported: they would run at OpenAI. Declare a function, and run it at the client.", "unsupported_tool");
            }

            tools.Add(tool);
        }

        return tools;
    }

    private static ToolChoice Choice(RequestValue body, ToolInput tools)
    {
        if (body.Find("tool_choice") is not { } choice)
            return ToolChoice.Auto;
        if (choice.Json.ValueKind != JsonValueKind.String)
        {
            var type = choice.Get("type");
            if (type.AsString() != "function")
                throw GatewayException.Invalid(type.Path, $"'{type.Path}' is '{type.AsString()}'; only 'function' is supported.", "invalid_value");
            var name = choice.Get("name");
            return tools.Has(name.AsString())
                ? new ToolChoice(ToolChoiceMode.Named, name.AsString())
                : throw GatewayException.Invalid(name.Path, $"There is no tool '{name.AsString()}' in 'tools'.", "invalid_value");
        }

        var mode = choice.AsString() switch
        {
            "auto" => ToolChoiceMode.Auto,
            "none" => ToolChoiceMode.None,
            "required" => ToolChoiceMode.Required,
            var other => throw GatewayException.Invalid("tool_choice", $"'tool_choice' is '{other}'; it must be auto, none, required, or name a function.", "invalid_value"),
        };
        return mode != ToolChoiceMode.Required || tools.Tools.Count > 0
            ? new ToolChoice(mode)
            : throw GatewayException.Invalid("tool_choice", "'tool_choice' is 'required', but there are no tools.", "invalid_value");
    }

    private static SamplingInput Sampling(RequestValue body, CatalogModel model, IgnoredParams ignored)
    {
        var sampling = new SamplingInput(ignored)
        {
            MaxTokens = body.Find("max_output_tokens")?.AsInteger(1),
            Temperature = body.Find("temperature")?.AsNumber(0, 2),
            TopP = body.Find("top_p")?.AsNumber(0, 1),
        };
        if (body.Find("reasoning")?.Find("effort") is { } effort)
            sampling.Effort(effort, model);
        return sampling;
    }

    private static (JsonElement? Schema, string? System) Format(RequestValue body, ToolInput tools)
    {
        if (body.Find("text")?.Find("format") is not { } format)
            return (null, null);
        var type = format.Get("type");
        return type.AsString() switch
        {
            "text" => (null, null),
            "json_object" => (AnyObject, "Answer with one JSON object and nothing else."),
            "json_schema" => (tools.Schema(format.Get("schema")), null),
            var other => throw GatewayException.Invalid(type.Path, $"'{type.Path}' is '{other}'; it must be text, json_object or json_schema.", "invalid_value"),
        };
    }
}
