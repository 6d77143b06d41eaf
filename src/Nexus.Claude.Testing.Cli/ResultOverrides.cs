using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Testing.Cli;

/// <summary>Puts a script's members into a line, in place of those of the same name.</summary>
internal static class ResultOverrides
{
    public static (string Line, bool IsError) Apply(string line, string overrides)
    {
        using var original = JsonDocument.Parse(line);
        using var wanted = JsonDocument.Parse(overrides);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in original.RootElement.EnumerateObject())
            {
                if (wanted.RootElement.Member(member.Name).ValueKind is JsonValueKind.Undefined)
                    member.WriteTo(writer);
            }

            foreach (var member in wanted.RootElement.EnumerateObject())
                member.WriteTo(writer);
            writer.WriteEndObject();
        }

        bool isError = wanted.RootElement.Flag("is_error") ?? original.RootElement.Flag("is_error") ?? false;
        return (Encoding.UTF8.GetString(buffer.ToArray()), isError);
    }
}
