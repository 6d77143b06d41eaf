using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.ChatCompletions;

/// <summary>Translates the messages of a request, one after the other.</summary>
/// <param name="media">Translates images and files.</param>
/// <param name="ignored">Told what has no effect.</param>
/// <param name="continuesConversation">True when a conversation kept by this server goes before them.</param>
internal sealed class ChatMessageReader(MediaInput media, IgnoredParams ignored, bool continuesConversation)
{
    // Legacy calls have no ids; results name the function.
    private readonly Queue<(string Name, string Id)> _functionCalls = new();
    private int _count;

    /// <summary>The messages so far.</summary>
    public TurnMessages Messages { get; } = new(continuesConversation);

    /// <summary>Translates a message.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="GatewayException">It is wrong, or does not fit those before it.</exception>
    public void Read(RequestValue message)
    {
        _count++;
        var role = message.Get("role");
        switch (role.AsString())
        {
            case "system" or "developer":
                Messages.AddSystem(TextOf(message.Get("content")));
                break;
            case "user":
                if (message.Find("name") is not null)
                    ignored.Add("messages.name", "has no effect: the model's API has no names of speakers. Put the name into the text.");
                Messages.AddUser(Blocks(message.Get("content"), isUser: true), message.Path);
                break;
            case "assistant":
                Messages.AddAssistant(Assistant(message), message.Path);
                break;
            case "tool":
                Messages.AddToolResult(Result(message, ToolInput.CallId(message.Get("tool_call_id").AsName())), message.Path);
                break;
            case "function":
                Messages.AddToolResult(Result(message, FunctionCall(message.Get("name"))), message.Path);
                break;
            case var other:
                throw GatewayException.Invalid(
                    role.Path, $"'{role.Path}' is '{other}'; it must be one of system, developer, user, assistant, tool, function.", "invalid_value");
        }
    }

    private List<ContentBlock> Assistant(RequestValue message)
    {
        // Reasoning comes back without its signature, which the API would refuse: it is left out.
        List<ContentBlock> blocks = message.Find("content") is { } content ? Blocks(content, isUser: false) : [];
        if (message.Find("refusal") is { } refusal)
            AddText(blocks, refusal.AsString());
        if (message.Find("tool_calls") is { } calls)
        {
            foreach (var call in calls.AsArray())
            {
                var type = call.AsObject().Find("type");
                if (type?.AsString() is { } kind and not "function")
                    throw GatewayException.Invalid(type.Value.Path, $"'{type.Value.Path}' is '{kind}'; only calls of functions are known here.", "unsupported_value");
                var function = call.Get("function").AsObject();
                blocks.Add(Call(ToolInput.CallId(call.Get("id").AsName()), function));
            }
        }

        if (message.Find("function_call") is { } legacy)
        {
            var call = Call($"call_function_{_count}", legacy.AsObject());
            _functionCalls.Enqueue((call.Name, call.Id));
            blocks.Add(call);
        }

        return blocks;
    }

    private static ToolUseBlock Call(string id, RequestValue function) => new()
    {
        Id = id,
        Name = ToolInput.CheckedName(function.Get("name")),
        Input = ToolInput.CallArguments(function.Get("arguments")),
    };

    private string FunctionCall(RequestValue name)
    {
        if (_functionCalls.TryDequeue(out var call) && call.Name == name.AsName())
            return call.Id;
        throw GatewayException.Invalid(name.Path, $"'{name.Path}' is '{name.AsName()}', but the assistant's message before it does not call that function.");
    }

    private ToolResultBlock Result(RequestValue message, string id) => new()
    {
        ToolUseId = id,
        Content = message.Find("content") is { } content ? Blocks(content, isUser: true) : [],
        IsError = message.Find("is_error")?.AsBoolean() ?? false,
    };

    private List<ContentBlock> Blocks(RequestValue content, bool isUser)
    {
        List<ContentBlock> blocks = [];
        if (content.Json.ValueKind == JsonValueKind.String)
        {
            AddText(blocks, content.AsString());
            return blocks;
        }

        if (content.Json.ValueKind != JsonValueKind.Array)
            throw content.WrongKind("a string or an array of parts");
        foreach (var part in content.AsArray())
        {
            var type = part.AsObject().Get("type");
            switch (type.AsString())
            {
                case "text":
                    AddText(blocks, part.Get("text").AsString());
                    break;
                case "refusal" when !isUser:
                    AddText(blocks, part.Get("refusal").AsString());
                    break;
                case "image_url" when isUser:
                    blocks.Add(Image(part.Get("image_url")));
                    break;
                case "file" when isUser:
                    blocks.Add(File(part.Get("file").AsObject()));
                    break;
                case "input_audio":
                    throw GatewayException.Invalid(type.Path, "Audio is not offered by this server: the model does not hear. Send the text.", "unsupported_value");
                case var other:
                    throw GatewayException.Invalid(
                        type.Path,
                        $"'{type.Path}' is '{other}'; it must be one of {(isUser ? "text, image_url, file" : "text, refusal")} in a message of this role.",
                        "invalid_value");
            }
        }

        return blocks;
    }

    private ImageBlock Image(RequestValue image)
    {
        // Many clients send the URL itself.
        var url = image.Json.ValueKind == JsonValueKind.String ? image : image.AsObject().Get("url");
        return media.Image(url.AsString(), url.Path);
    }

    private ContentBlock File(RequestValue file)
    {
        if (file.Find("file_id") is { } id)
        {
            throw GatewayException.Invalid(
                id.Path, "This server keeps no uploaded files. Put the file into the request as 'file_data': data:application/pdf;base64,...", "unsupported_parameter");
        }

        var data = file.Get("file_data");
        return media.File(data.AsString(), file.Find("filename")?.AsString(), data.Path);
    }

    private static string TextOf(RequestValue content)
    {
        if (content.Json.ValueKind == JsonValueKind.String)
            return content.AsString();
        if (content.Json.ValueKind != JsonValueKind.Array)
            throw content.WrongKind("a string or an array of parts");
        return string.Concat(content.AsArray().Select(static part =>
        {
            var type = part.AsObject().Get("type");
            return type.AsString() == "text"
                ? part.Get("text").AsString()
                : throw GatewayException.Invalid(type.Path, $"'{type.Path}' must be 'text' in a message of this role.", "invalid_value");
        }));
    }

    // The API refuses texts without a visible character.
    private static void AddText(List<ContentBlock> blocks, string text)
    {
        if (!string.IsNullOrWhiteSpace(text))
            blocks.Add(new TextBlock(text));
    }
}
