using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

/// <summary>Reads a command the way a test wants to see it.</summary>
internal static class CommandReading
{
    public static CliCommand Command(Action<ClaudeOptions>? configure = null)
    {
        var options = new ClaudeOptions();
        configure?.Invoke(options);
        return CliCommand.Create(options, isWindows: false);
    }

    /// <summary>The arguments after the fixed ones.</summary>
    public static string[] Own(this CliCommand command) => [.. command.Arguments.Skip(CliArguments.Fixed.Count)];

    public static JsonObject Initialize(this CliCommand command, Action<Utf8JsonWriter>? writeMore = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            command.WriteInitialize(writer, writeMore);
        return JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
    }
}
