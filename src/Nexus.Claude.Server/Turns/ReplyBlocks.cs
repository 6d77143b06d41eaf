using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Server.Turns;

/// <summary>Gathers the events of a turn into the content blocks of the reply, in the order in which the model wrote them.</summary>
internal sealed class ReplyBlocks
{
    private readonly List<Part> _parts = [];

    private enum PartKind
    {
        Text,
        Thinking,
        Call,
    }

    /// <summary>The model that answers; null before the first event.</summary>
    public string? Model { get; private set; }

    /// <summary>How the reply ended; null while it is being written.</summary>
    public TurnEvent.Ended? Ended { get; private set; }

    /// <summary>Takes an event in.</summary>
    /// <param name="turnEvent">The event.</param>
    public void Add(TurnEvent turnEvent)
    {
        switch (turnEvent)
        {
            case TurnEvent.Began began:
                Model = began.Model;
                break;
            case TurnEvent.TextDelta delta:
                Current(PartKind.Text).Text.Append(delta.Text);
                break;
            case TurnEvent.ThinkingDelta delta:
                Current(PartKind.Thinking).Text.Append(delta.Text);
                break;
            case TurnEvent.ThinkingSignature signature:
                var thinking = Current(PartKind.Thinking);
                thinking.Signature = signature.Value;
                thinking.IsClosed = true;
                break;
            case TurnEvent.ToolCall call:
                _parts.Add(new Part(PartKind.Call) { Index = call.Index, Id = call.Id, Name = call.Name });
                break;
            case TurnEvent.ToolArguments arguments:
                _parts.Find(part => part.Kind == PartKind.Call && part.Index == arguments.Index)?.Text.Append(arguments.Json);
                break;
            case TurnEvent.Ended ended:
                Ended = ended;
                break;
        }
    }

    /// <summary>The blocks so far. Empty ones are left out, and calls whose arguments were cut off.</summary>
    /// <returns>The blocks.</returns>
    public IReadOnlyList<ContentBlock> ToBlocks()
    {
        List<ContentBlock> blocks = [.. _parts.Select(ToBlock).OfType<ContentBlock>()];
        if (Ended?.StructuredOutput is { } output && !blocks.Exists(static block => block is TextBlock))
            blocks.Add(new TextBlock(output.GetRawText()));
        return blocks;
    }

    private static ContentBlock? ToBlock(Part part)
    {
        var text = part.Text.ToString();
        switch (part.Kind)
        {
            case PartKind.Text:
                return text.Length == 0 ? null : new TextBlock(text);
            case PartKind.Thinking:
                return text.Length == 0 && part.Signature is null ? null : new ThinkingBlock { Thinking = text, Signature = part.Signature };
            default:
                return Arguments(text) is { } input ? new ToolUseBlock { Id = part.Id, Name = part.Name, Input = input } : null;
        }
    }

    private static JsonElement? Arguments(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(json) ? "{}" : json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Part Current(PartKind kind)
    {
        if (_parts is [.., { IsClosed: false } last] && last.Kind == kind)
            return last;
        var part = new Part(kind);
        _parts.Add(part);
        return part;
    }

    private sealed class Part(PartKind kind)
    {
        public PartKind Kind => kind;

        public StringBuilder Text { get; } = new();

        public string? Signature { get; set; }

        public bool IsClosed { get; set; }

        public int Index { get; init; }

        public string Id { get; init; } = "";

        public string Name { get; init; } = "";
    }
}
