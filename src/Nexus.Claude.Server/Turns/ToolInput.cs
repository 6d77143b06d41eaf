using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Turns;

/// <summary>Tools that a request declares, and calls of tools that its history has.</summary>
/// <param name="limits">How many, and how large.</param>
internal sealed partial class ToolInput(GatewayRequestOptions limits)
{
    private static readonly JsonElement AnyObject = Parse("""{"type":"object","properties":{}}"""u8);

    private readonly List<ClientTool> _tools = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>The tools so far.</summary>
    public IReadOnlyList<ClientTool> Tools => _tools;

    /// <summary>Adds a tool.</summary>
    /// <param name="declaration">Has <c>name</c> and <c>description</c>.</param>
    /// <param name="schemaName">What the member with the schema of the arguments is called.</param>
    /// <exception cref="GatewayException">It is none, or one too many, or its name is taken.</exception>
    public void Add(RequestValue declaration, string schemaName = "parameters")
    {
        var name = declaration.Get("name");
        if (_tools.Count >= limits.MaxTools)
            throw GatewayException.Invalid(declaration.Path, $"The request has more than {limits.MaxTools} tools, which is the most.", "array_above_max_length");
        var tool = new ClientTool(
            CheckedName(name), declaration.Find("description")?.AsString() ?? "", declaration.Find(schemaName) is { } schema ? Arguments(schema) : AnyObject);

        // The CLI calls "a.b" and "a_b" the same.
        if (!_names.Add(tool.Name.Replace('.', '_')))
            throw GatewayException.Invalid(name.Path, $"The tool name '{tool.Name}' is taken by another tool. Give each tool a name of its own.", "duplicate_tool_name");
        _tools.Add(tool);
    }

    /// <summary>Whether there is such a tool.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>True when it has been added.</returns>
    public bool Has(string name) => _tools.Exists(tool => tool.Name == name);

    /// <summary>A JSON schema of a request, within the limit.</summary>
    /// <param name="schema">The schema.</param>
    /// <returns>The schema.</returns>
    /// <exception cref="GatewayException">It is no object, or too large.</exception>
    public JsonElement Schema(RequestValue schema)
    {
        var size = Encoding.UTF8.GetByteCount(schema.AsObject().Json.GetRawText());
        return size <= limits.MaxSchemaBytes
            ? schema.Json
            : throw GatewayException.Invalid(schema.Path, $"The JSON schema in '{schema.Path}' has {size} bytes; the most is {limits.MaxSchemaBytes}.", "schema_too_large");
    }

    /// <summary>The arguments of a call in the history.</summary>
    /// <param name="arguments">A string with JSON, as the model wrote it.</param>
    /// <returns>The arguments.</returns>
    /// <exception cref="GatewayException">They are no JSON object.</exception>
    public static JsonElement CallArguments(RequestValue arguments)
    {
        var text = arguments.AsString();
        if (string.IsNullOrWhiteSpace(text))
            return EmptyObject;
        try
        {
            var json = RequestBody.ParseJson(Encoding.UTF8.GetBytes(text));
            if (json.ValueKind == JsonValueKind.Object)
                return json;
        }
        catch (JsonException exception)
        {
            throw new GatewayException(
                400, "invalid_request_error", "invalid_tool_arguments",
                $"'{arguments.Path}' must be a JSON object in a string, but is not valid JSON.", arguments.Path, exception);
        }

        throw GatewayException.Invalid(arguments.Path, $"'{arguments.Path}' must be a JSON object in a string.", "invalid_tool_arguments");
    }

    /// <summary>The id of a call in a form that the API takes: other servers give out ids with characters that it refuses.</summary>
    /// <param name="id">The id in the history.</param>
    /// <returns>The id; the same for the same one.</returns>
    public static string CallId(string id) =>
        id.Length is > 0 and <= 256 && !id.AsSpan().ContainsAnyExcept(IdCharacters)
            ? id
            : $"call_{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 12))}";

    /// <summary>The name of a tool that the history calls or that is declared.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name.</returns>
    /// <exception cref="GatewayException">It is none.</exception>
    public static string CheckedName(RequestValue name)
    {
        var text = name.AsName();
        return NamePattern().IsMatch(text)
            ? text
            : throw GatewayException.Invalid(
                name.Path, $"'{name.Path}' is no name of a tool: letters, digits, '_', '-' and '.' only, at most 64 of them.", "invalid_value");
    }

    private static readonly System.Buffers.SearchValues<char> IdCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    private static JsonElement EmptyObject { get; } = Parse("{}"u8);

    // MCP wants "type": "object" at the top, and a client that leaves it out would lose all of its tools.
    private JsonElement Arguments(RequestValue schema)
    {
        var json = Schema(schema);
        if (json.TryGetProperty("type", out var type))
        {
            return type.ValueKind == JsonValueKind.String && type.ValueEquals("object"u8)
                ? json
                : throw GatewayException.Invalid(
                    schema.PathOf("type"), $"The schema in '{schema.Path}' must have the type 'object': a tool takes its arguments by name.", "invalid_function_parameters");
        }

        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "object"u8);
            foreach (var member in json.EnumerateObject())
                member.WriteTo(writer);
            writer.WriteEndObject();
        }

        return Parse(buffer.WrittenSpan);
    }

    private static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return JsonElement.ParseValue(ref reader);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
