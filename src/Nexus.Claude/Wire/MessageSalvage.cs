using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Nexus.Claude.Wire;

/// <summary>Reads a message of a known type that has members of the wrong kind, by leaving those members out.</summary>
internal static class MessageSalvage
{
    // Each attempt reads the line again; a line with more odd members than this is of a type that we do not know any more.
    private const int MaxAttempts = 16;

    /// <summary>The message without the members that cannot be read; null with the problem when that does not help.</summary>
    /// <exception cref="JsonException">The line is not a JSON object.</exception>
    internal static ClaudeMessage? Read(ReadOnlyMemory<byte> line, JsonTypeInfo info, JsonException failure, out string? problem)
    {
        using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("A message must be a JSON object.");

        var left = new List<List<string>>();
        for (var attempt = 0; attempt < MaxAttempts && ParsePath(failure.Path) is { Count: > 0 } path; attempt++)
        {
            left.Add(path);
            var buffer = new ArrayBufferWriter<byte>(line.Length);
            using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = int.MaxValue, SkipValidation = true }))
                WriteWithout(document.RootElement, writer, left, 0);
            try
            {
                problem = null;
                return (ClaudeMessage?)JsonSerializer.Deserialize(buffer.WrittenSpan, info);
            }
            catch (JsonException next)
            {
                failure = next;
            }
        }

        problem = failure.Message;
        return null;
    }

    private static void WriteWithout(JsonElement value, Utf8JsonWriter writer, List<List<string>> left, int depth)
    {
        if (left.Count == 0 || value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            value.WriteTo(writer);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (var member in value.EnumerateObject())
            {
                var below = left.FindAll(path => path[depth] == member.Name);
                if (below.Exists(path => path.Count == depth + 1))
                    continue;
                writer.WritePropertyName(member.Name);
                WriteWithout(member.Value, writer, below, depth + 1);
            }

            writer.WriteEndObject();
        }
        else
        {
            writer.WriteStartArray();
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                var name = Index(index++);
                WriteWithout(item, writer, left.FindAll(path => path[depth] == name), depth + 1);
            }

            writer.WriteEndArray();
        }
    }

    // "$.a.b[0]['odd name'].c" as its steps. An item of an array cannot be left out without moving the others: the array is.
    internal static List<string>? ParsePath(string? path)
    {
        if (path is null || !path.StartsWith('$'))
            return null;
        var steps = new List<string>();
        for (var at = 1; at < path.Length;)
        {
            int end;
            if (path[at] == '.')
            {
                end = path.AsSpan(at + 1).IndexOfAny('.', '[') is var next and >= 0 ? at + 1 + next : path.Length;
                steps.Add(path[(at + 1)..end]);
            }
            else if (path.AsSpan(at).StartsWith("['"))
            {
                end = path.IndexOf("']", at, StringComparison.Ordinal);
                if (end < 0)
                    return null;
                steps.Add(path[(at + 2)..end]);
                end += 2;
            }
            else
            {
                end = path.IndexOf(']', at);
                if (end < 0
                    || !int.TryParse(path.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                    return null;
                steps.Add(Index(index));
                end++;
            }

            at = end;
        }

        while (steps is [.., var last] && last.StartsWith('\0'))
            steps.RemoveAt(steps.Count - 1);
        return steps;
    }

    // No member name begins with NUL, so that an index is never taken for a name.
    private static string Index(int index) => string.Create(CultureInfo.InvariantCulture, $"\0{index}");
}
