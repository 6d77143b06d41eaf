using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Nexus.Claude.Memory;

/// <summary>The memory as tools that Claude asks by itself: a search that gives short hits, and the whole of what a hit names.</summary>
public static class MemoryTools
{
    /// <summary>The name of the search.</summary>
    public const string SearchName = "memory_search";

    /// <summary>The name of the tool that reads whole messages.</summary>
    public const string GetName = "memory_get";

    /// <summary>Makes the tools, for example for <see cref="ToolServer.Create"/>.</summary>
    /// <param name="memory">The memory; it has to stay open as long as the tools are used.</param>
    /// <param name="workingDirectory">The directory that is searched from.</param>
    /// <param name="reach">How far the search goes.</param>
    /// <returns>The two tools.</returns>
    public static IReadOnlyList<AIFunction> For(ClaudeMemory memory, string? workingDirectory = null, MemoryReach reach = MemoryReach.Nearby)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return
        [
            new Tool(SearchName, "Searches earlier conversations. Gives ids with short excerpts; read the whole with memory_get.",
                """{"type":"object","properties":{"query":{"type":"string","description":"A question or a few words"},"since":{"type":"string","description":"Only from this ISO 8601 time on"},"files":{"type":"array","items":{"type":"string"},"description":"Files it is about"},"limit":{"type":"integer","minimum":1,"maximum":50}},"required":["query"]}""",
                (arguments, cancellationToken) => SearchAsync(memory, workingDirectory, reach, arguments, cancellationToken)),
            new Tool(GetName, "Reads messages of earlier conversations by the ids that memory_search gave.",
                """{"type":"object","properties":{"ids":{"type":"array","items":{"type":"string"}}},"required":["ids"]}""",
                (arguments, cancellationToken) => GetAsync(memory, arguments, cancellationToken)),
        ];
    }

    private static async Task<string> SearchAsync(
        ClaudeMemory memory, string? directory, MemoryReach reach, AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        string? text = Text(arguments, "query");
        if (string.IsNullOrWhiteSpace(text))
            return "Give a query.";
        DateTimeOffset? since = null;
        if (Text(arguments, "since") is { Length: > 0 } time)
        {
            if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
                return $"'{time}' is no ISO 8601 time.";
            since = parsed;
        }

        var found = await memory.RecallAsync(new MemoryQuery(text)
        {
            WorkingDirectory = directory, Reach = reach, Files = Texts(arguments, "files"), Since = since, Limit = Math.Clamp(Number(arguments, "limit") ?? 10, 1, 50),
            MinimumCoverage = 0.15,
        }, cancellationToken).ConfigureAwait(false);
        return found.Items.Count == 0 ? "Nothing is remembered about that." : memory.Quote(text, found.Items, 80);
    }

    private static async Task<string> GetAsync(ClaudeMemory memory, AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var ids = Texts(arguments, "ids");
        var messages = await memory.GetMessagesAsync([.. ids.Take(50)], cancellationToken).ConfigureAwait(false);
        return messages.Count == 0 ? "There are no messages with these ids." : memory.Quote(string.Join(' ', ids), [.. messages.Select(message => new RecalledItem(message, new Relevance()))], 4_000);
    }

    private static string? Text(AIFunctionArguments arguments, string name) => arguments.TryGetValue(name, out object? value)
        ? value switch
        {
            string text => text,
            JsonElement { ValueKind: JsonValueKind.String } json => json.GetString(),
            _ => null,
        }
        : null;

    private static int? Number(AIFunctionArguments arguments, string name) => arguments.TryGetValue(name, out object? value)
        ? value switch
        {
            int number => number,
            JsonElement { ValueKind: JsonValueKind.Number } json when json.TryGetInt32(out int number) => number,
            _ => null,
        }
        : null;

    private static string[] Texts(AIFunctionArguments arguments, string name) => arguments.TryGetValue(name, out object? value)
        ? value switch
        {
            IEnumerable<string> texts => [.. texts],
            JsonElement { ValueKind: JsonValueKind.Array } json => [.. json.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)],
            _ => [],
        }
        : [];

    private sealed class Tool(string name, string description, string schema, Func<AIFunctionArguments, CancellationToken, Task<string>> run) : AIFunction
    {
        private readonly JsonElement _schema = JsonElement.Parse(schema);

        public override string Name => name;

        public override string Description => description;

        public override JsonElement JsonSchema => _schema;

        protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken) =>
            await run(arguments, cancellationToken).ConfigureAwait(false);
    }
}
