using System.Text.Json;

namespace Nexus.Claude.Testing;

/// <summary>One thing that happened to a scripted CLI process.</summary>
public sealed class CliRecord
{
    internal CliRecord(JsonElement json) => Json = json;

    /// <summary>
    /// What happened: <c>start</c>, <c>input</c> (a line came), <c>end_of_input</c>, <c>mark</c>, <c>signal</c>, <c>grandchild</c>,
    /// <c>output_closed</c> (by a step), <c>output_lost</c> (nobody reads), <c>crash</c>, <c>exit</c>.
    /// </summary>
    public string Kind => Text("kind") ?? "";

    /// <summary>The process it happened to.</summary>
    public int ProcessId => Json.GetProperty("pid").GetInt32();

    /// <summary>The place in that process's order, from 1.</summary>
    public int Number => Json.GetProperty("number").GetInt32();

    /// <summary>The name of a <c>mark</c> or a <c>signal</c>.</summary>
    public string? Name => Text("name");

    /// <summary>An <c>input</c> line as it came, without its line end; invalid UTF-8 appears as U+FFFD.</summary>
    public string? Line => Text("line");

    /// <summary>An <c>input</c> line's JSON; <see cref="JsonValueKind.Undefined"/> when it is not JSON or the record is of another kind.</summary>
    public JsonElement LineJson
    {
        get
        {
            if (Line is not { } line)
                return default;
            try
            {
                using var document = JsonDocument.Parse(line);
                return document.RootElement.Clone();
            }
            catch (JsonException)
            {
                // The record keeps what came; Line has the text.
                return default;
            }
        }
    }

    /// <summary>A <c>start</c>'s arguments, without the program.</summary>
    public IReadOnlyList<string> Arguments => Items("argv");

    /// <summary>A <c>start</c>'s working directory.</summary>
    public string? WorkingDirectory => Text("cwd");

    /// <summary>The names of all environment variables at a <c>start</c>.</summary>
    public IReadOnlyList<string> VariableNames => Items("variable_names");

    /// <summary>The values, at a <c>start</c>, of the variables named in <see cref="CliScript.RecordedVariables"/> that were set.</summary>
    public IReadOnlyDictionary<string, string> Variables =>
        Json.TryGetProperty("variables", out var variables)
            ? variables.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal)
            : new Dictionary<string, string>();

    /// <summary>The pid of a <c>grandchild</c>.</summary>
    public int? GrandchildProcessId => Number32("grandchild_pid");

    /// <summary>The code of an <c>exit</c>.</summary>
    public int? ExitCode => Number32("code");

    /// <summary>The record as it was written.</summary>
    public JsonElement Json { get; }

    /// <summary>The record as JSON.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => Json.GetRawText();

    private string? Text(string name) =>
        Json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private int? Number32(string name) => Json.TryGetProperty(name, out var value) ? value.GetInt32() : null;

    private IReadOnlyList<string> Items(string name) =>
        Json.TryGetProperty(name, out var array) ? [.. array.EnumerateArray().Select(item => item.GetString()!)] : [];
}
