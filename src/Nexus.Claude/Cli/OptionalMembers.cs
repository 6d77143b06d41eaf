using System.Text.Json;

namespace Nexus.Claude.Cli;

/// <summary>Writes members that are left out when they are null: for the CLI null and absent are not the same (<c>maxTurns: null</c> drops all agents).</summary>
internal static class OptionalMembers
{
    extension(Utf8JsonWriter writer)
    {
        public void Optional(string name, string? value)
        {
            if (value is not null)
                writer.WriteString(name, value);
        }

        public void Optional(string name, bool? value)
        {
            if (value is { } known)
                writer.WriteBoolean(name, known);
        }

        public void Optional(string name, int? value)
        {
            if (value is { } known)
                writer.WriteNumber(name, known);
        }

        public void Optional(string name, IEnumerable<string>? values)
        {
            if (values is not null)
                writer.Array(name, values);
        }

        public void Array(string name, IEnumerable<string> values)
        {
            writer.WriteStartArray(name);
            foreach (string value in values)
                writer.WriteStringValue(value);
            writer.WriteEndArray();
        }

        public void Map(string name, IEnumerable<KeyValuePair<string, string>> members)
        {
            writer.WriteStartObject(name);
            foreach ((string key, string value) in members)
                writer.WriteString(key, value);
            writer.WriteEndObject();
        }
    }
}
