using System.Text.Json;

namespace Nexus.Claude.Testing;

/// <summary>A store under a check, and keys that nobody else uses.</summary>
internal sealed class SessionStoreProbe(string check, ISessionStore store, CancellationToken cancellationToken)
{
    public ISessionStore Store { get; } = store;

    public CancellationToken Token { get; } = cancellationToken;

    public string Project { get; } = $"-contract-{Guid.NewGuid():N}";

    public SessionKey NewKey(string? subpath = null) => new() { ProjectKey = Project, SessionId = Guid.NewGuid().ToString(), Subpath = subpath };

    public static JsonElement Entry(string json) => JsonElement.Parse(json);

    /// <summary>An entry of a conversation.</summary>
    public static JsonElement Message(string text, string? uuid = null) => Entry(
        $$$"""
        {"parentUuid":null,"isSidechain":false,"type":"user","message":{"role":"user","content":[{"type":"text","text":{{{Quoted(text)}}}}]},
         "uuid":"{{{uuid ?? Guid.NewGuid().ToString()}}}","timestamp":"2026-11-22T14:26:00.046Z","cwd":"/srv/demo","gitBranch":"main"}
        """);

    public Task AppendAsync(SessionKey key, params JsonElement[] entries) => Store.AppendAsync(key, entries, Token);

    public async Task ExpectAsync(SessionKey key, params JsonElement[] expected)
    {
        var loaded = await Store.LoadAsync(key, Token).ConfigureAwait(false)
            ?? throw Broken($"{expected.Length} entries were appended to {Describe(key)}, and loading it returned null");
        if (loaded.Count != expected.Length)
            throw Broken($"{expected.Length} entries were expected in {Describe(key)}, and {loaded.Count} came");
        for (var i = 0; i < expected.Length; i++)
        {
            if (!JsonElement.DeepEquals(loaded[i], expected[i]))
                throw Broken($"entry {i} of {Describe(key)} was expected to be {Short(expected[i])} and is {Short(loaded[i])}");
        }
    }

    public async Task ExpectNothingAsync(SessionKey key)
    {
        if (await Store.LoadAsync(key, Token).ConfigureAwait(false) is { } entries)
            throw Broken($"nothing is stored under {Describe(key)}, so loading it must return null, and it returned {entries.Count} entries");
    }

    public void Expect(bool condition, string what)
    {
        if (!condition)
            throw Broken(what);
    }

    /// <summary>A capability that is not claimed must not be half there.</summary>
    public async Task ExpectNotSupportedAsync(SessionStoreCapabilities capability, Func<ISessionStore, CancellationToken, Task> use)
    {
        try
        {
            await use(Store, Token).ConfigureAwait(false);
        }
        catch (NotSupportedException)
        {
            return;
        }

        throw Broken($"Capabilities lack {capability}, so the member must throw NotSupportedException, and it did not. Add {capability} to Capabilities");
    }

    public static void ExpectSame(IEnumerable<string> expected, IEnumerable<string> actual, SessionStoreProbe probe, string what)
    {
        var wanted = expected.Order(StringComparer.Ordinal).ToList();
        var got = actual.Order(StringComparer.Ordinal).ToList();
        probe.Expect(wanted.SequenceEqual(got), $"{what} were expected to be [{string.Join(", ", wanted)}] and are [{string.Join(", ", got)}]");
    }

    private SessionStoreContractException Broken(string what) => new(check, what + ".");

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static string Describe(SessionKey key) =>
        $"'{key.ProjectKey}' / '{key.SessionId}'" + (key.Subpath is null ? "" : $" / '{key.Subpath}'");

    private static string Short(JsonElement entry) => entry.GetRawText() is { Length: > 300 } text ? text[..300] + "…" : entry.GetRawText();
}
