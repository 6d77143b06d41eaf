using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Caching;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Models;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.ChatCompletions;

/// <summary>Translates the body of a request for a chat completion.</summary>
/// <param name="models">The models.</param>
/// <param name="limits">What a request may be like.</param>
internal sealed class ChatRequestReader(IModelCatalog models, GatewayRequestOptions limits)
{
    private const string JsonInstruction = "Answer with one JSON object and nothing else: no prose around it, no code fence.";

    private static readonly JsonElement AnyObject = JsonDocument.Parse("""{"type":"object"}""").RootElement;

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "model", "messages", "stream", "stream_options", "max_completion_tokens", "max_tokens", "temperature", "top_p", "stop", "n", "logprobs",
        "top_logprobs", "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call", "response_format", "reasoning_effort",
        "presence_penalty", "frequency_penalty", "logit_bias", "seed", "user", "safety_identifier", "metadata", "store", "service_tier",
        "prompt_cache_key", "prompt_cache_retention", "verbosity", "prediction", "modalities", "audio", "web_search_options", "conversation_id", "cwd",
        "nexus",
    };

    /// <summary>Translates a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="context">Who asks.</param>
    /// <returns>The request.</returns>
    /// <exception cref="GatewayException">It is wrong, or asks for what there is not.</exception>
    public async ValueTask<ChatRequest> ReadAsync(RequestValue body, HttpContext context)
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
        CheckUnsupported(body, ignored);

        var tools = ChatTools.Read(body, limits);
        var sampling = ReadSampling(body, model, ignored);
        var format = ReadFormat(body, tools.Input);
        var conversation = (body.Find("conversation_id") ?? nexus?.Find("conversation_id"))?.AsName();
        var history = new ChatMessageReader(new MediaInput(limits), ignored, conversation is not null);
        var items = body.Get("messages").AsArray();
        if (items.Length > limits.MaxMessages)
        {
            throw GatewayException.Invalid(
                "messages", $"'messages' has {items.Length} messages; the most is {limits.MaxMessages}. Leave out or summarise the oldest.", "array_above_max_length");
        }

        foreach (var item in items)
            history.Read(item.AsObject());
        var messages = history.Messages.Complete("messages");
        var isJsonObject = format is { } schema && schema.Equals(AnyObject);
        return new ChatRequest
        {
            Ignored = ignored,
            IsStream = body.Find("stream")?.AsBoolean() ?? false,
            IncludesUsage = body.Find("stream_options")?.Find("include_usage")?.AsBoolean() ?? false,
            IncludesReasoning = sampling.WantsReasoning,
            IncludesCost = nexus?.Find("include_cost")?.AsBoolean() ?? false,
            UsesFunctions = tools.UsesFunctions,
            IsJsonObject = isJsonObject,
            Turn = new TurnRequest
            {
                RequestId = context.RequestId(),
                Caller = caller,
                Model = model.CliName,
                System = isJsonObject ? Join(history.Messages.System, JsonInstruction) : history.Messages.System,
                Messages = messages,
                Tools = tools.Offered,
                ToolChoice = tools.Choice,
                ParallelToolCalls = tools.IsParallel,
                Sampling = sampling.Complete(model, tools.Choice),
                OutputSchema = format,
                ConversationId = conversation,
                WorkingDirectory = (body.Find("cwd") ?? nexus?.Find("cwd")) is { } folder
                    ? WorkingDirectories.Resolve(caller, folder.AsName(), folder.Path)
                    : null,
                IsAgent = AgentMode.IsAsked(context, nexus?.Find("agent")?.AsBoolean()),
                Cache = CacheUse.Of(context),
            },
        };
    }

    private static SamplingInput ReadSampling(RequestValue body, CatalogModel model, IgnoredParams ignored)
    {
        var sampling = new SamplingInput(ignored)
        {
            MaxTokens = (body.Find("max_completion_tokens") ?? body.Find("max_tokens"))?.AsInteger(1),
            Temperature = body.Find("temperature")?.AsNumber(0, 2),
            TopP = body.Find("top_p")?.AsNumber(0, 1),
        };
        if (body.Find("stop") is { } stop)
            sampling.Stop(stop);
        if (body.Find("reasoning_effort") is { } effort)
            sampling.Effort(effort, model);
        return sampling;
    }

    private static JsonElement? ReadFormat(RequestValue body, ToolInput schemas)
    {
        if (body.Find("response_format") is not { } format)
            return null;
        var type = format.AsObject().Get("type");
        switch (type.AsString())
        {
            case "text":
                return null;
            case "json_object":
                return AnyObject;
            case "json_schema":
                var schema = format.Get("json_schema").AsObject();
                schema.Get("name").AsName();
                return schemas.Schema(schema.Get("schema"));
            case var other:
                throw GatewayException.Invalid(
                    type.Path, $"'{type.Path}' is '{other}'; it must be one of text, json_object, json_schema.", "invalid_value");
        }
    }

    private static void CheckUnsupported(RequestValue body, IgnoredParams ignored)
    {
        if (body.Find("n") is { } n && n.AsInteger(1) != 1)
            throw GatewayException.Invalid("n", "'n' must be 1: this server writes one reply at a time. Send the request several times.", "unsupported_value");
        foreach (var name in (ReadOnlySpan<string>)["audio", "web_search_options"])
        {
            if (body.Find(name) is not null)
                throw GatewayException.Invalid(name, $"Unsupported parameter: '{name}' is not offered by this server.", "unsupported_parameter");
        }

        if (body.Find("modalities") is { } modalities && modalities.AsArray().FirstOrDefault(static item => item.AsString() != "text") is { Path: not null } other)
            throw GatewayException.Invalid(other.Path, "'modalities' may have 'text' only: the model writes text.", "unsupported_value");

        const string None = "has no effect: the model's API has nothing like it.";
        if (body.Find("logprobs") is { Json.ValueKind: JsonValueKind.True })
            ignored.Add("logprobs", None);
        if (body.Find("top_logprobs") is { } top && top.AsInteger(0) > 0)
            ignored.Add("top_logprobs", None);
        foreach (var name in (ReadOnlySpan<string>)["presence_penalty", "frequency_penalty"])
        {
            if (body.Find(name) is { } penalty && penalty.AsNumber(-2, 2) != 0)
                ignored.Add(name, None);
        }

        if (body.Find("logit_bias") is { } bias && bias.AsObject().Json.EnumerateObject().Any())
            ignored.Add("logit_bias", None);
        foreach (var name in (ReadOnlySpan<string>)["seed", "prediction", "prompt_cache_retention"])
        {
            if (body.Find(name) is not null)
                ignored.Add(name, None);
        }

        if (body.Find("verbosity") is { } verbosity && verbosity.AsString() != "medium")
            ignored.Add("verbosity", None);
        if (body.Find("service_tier") is { } tier && tier.AsString() is not ("auto" or "default"))
            ignored.Add("service_tier", None);
        if (body.Find("store") is { Json.ValueKind: JsonValueKind.True })
            ignored.Add("store", "has no effect: this server keeps no chat completions. Use 'conversation_id', or /v1/responses.");
    }

    private static string Join(string? system, string more) => system is null ? more : $"{system}\n\n{more}";
}
