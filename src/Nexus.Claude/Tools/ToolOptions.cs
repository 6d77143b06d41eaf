using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Server;
using Nexus.Claude.Tools;

namespace Nexus.Claude;

/// <summary>What may be said about one tool of a <see cref="ToolServer"/>. Everything null leaves the matter open.</summary>
public sealed record ToolOptions
{
    /// <summary>A name for people; null for one made of the tool's name.</summary>
    public string? Title { get; init; }

    /// <summary>True says that the tool changes nothing. The CLI runs such tools at the same time; others one after the other.</summary>
    public bool? ReadOnly { get; init; }

    /// <summary>True says that the tool may destroy something.</summary>
    public bool? Destructive { get; init; }

    /// <summary>True says that a second call with the same arguments changes nothing more.</summary>
    public bool? Idempotent { get; init; }

    /// <summary>True says that the tool reaches things outside of this program, such as the web.</summary>
    public bool? OpenWorld { get; init; }

    /// <summary>True puts the tool into the prompt, false behind tool search; null does as <see cref="ToolServer.AlwaysLoad"/> says.</summary>
    public bool? AlwaysLoad { get; init; }

    /// <summary>Words by which tool search finds the tool (<c>anthropic/searchHint</c>); null for none.</summary>
    public string? SearchHint { get; init; }

    /// <summary>
    /// How many characters of a result are kept for the model before the CLI puts the result into a file (<c>anthropic/maxResultSizeChars</c>);
    /// null for the CLI's limit.
    /// </summary>
    public int? MaxResultCharacters { get; init; }

    /// <summary>True ends the turn after a call that succeeds (<c>claude/endTurn</c>), without asking the model again. Default false.</summary>
    public bool EndsTurn { get; init; }

    /// <summary>
    /// True lists a schema of the result, inferred from the return type, and sends results as structured content as well. The model then
    /// reads the JSON of the structured content. Default false.
    /// </summary>
    public bool StructuredContent { get; init; }

    /// <summary>The schema of the result in the place of an inferred one; implies <see cref="StructuredContent"/>. Null for none.</summary>
    public JsonElement? OutputSchema { get; init; }

    /// <summary>
    /// How arguments and results become JSON; null for the defaults, which know primitive types, collections of them, and the types of
    /// Microsoft.Extensions.AI and MCP. A program compiled ahead of time gives options with the source-generated contracts of its own types.
    /// </summary>
    public JsonSerializerOptions? SerializerOptions { get; init; }

    internal McpServerToolCreateOptions ToCreateOptions(string? name, string? description, IServiceProvider? services) => new()
    {
        Name = name,
        Description = description,
        Services = services,
        Title = Title,
        ReadOnly = ReadOnly,
        Destructive = Destructive,
        Idempotent = Idempotent,
        OpenWorld = OpenWorld,
        UseStructuredContent = StructuredContent || OutputSchema is not null,
        OutputSchema = OutputSchema,
        SerializerOptions = SerializerOptions,
        Meta = Meta(),
    };

    private JsonObject? Meta()
    {
        var meta = new JsonObject();
        if (AlwaysLoad is { } alwaysLoad)
            meta[ToolMeta.AlwaysLoad] = alwaysLoad;
        if (SearchHint is not null)
            meta[ToolMeta.SearchHint] = SearchHint;
        if (MaxResultCharacters is { } most)
            meta[ToolMeta.MaxResultCharacters] = most;
        if (EndsTurn)
            meta[ToolMeta.EndTurn] = true;
        return meta.Count == 0 ? null : meta;
    }
}
