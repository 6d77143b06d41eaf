using System.Text.Json;

namespace Nexus.Claude.Testing;

/// <summary>
/// What <see cref="ISessionStore"/> promises, as checks that any test framework can run on any store: make each of <see cref="Checks"/> a
/// test case and call <see cref="SessionStoreCheck.RunAsync"/>.
/// </summary>
public static class SessionStoreContract
{
    private static readonly Func<ISessionStore, CancellationToken, Task> ListAny = static (store, token) => store.ListAsync("-any", token);
    private static readonly Func<ISessionStore, CancellationToken, Task> SumAny = static (store, token) => store.ListSummariesAsync("-any", token);
    private static readonly Func<ISessionStore, CancellationToken, Task> SubpathsAny =
        static (store, token) => store.ListSubpathsAsync("-any", Guid.NewGuid().ToString(), token);
    private static readonly Func<ISessionStore, CancellationToken, Task> DeleteAny =
        static (store, token) => store.DeleteAsync(new SessionKey { ProjectKey = "-any", SessionId = Guid.NewGuid().ToString() }, token);

    private const string Subagent = "subagents/agent-a1b2";

    /// <summary>All checks.</summary>
    public static IReadOnlyList<SessionStoreCheck> Checks { get; } =
    [
        new("What was never stored loads as null", NeverStored),
        new("Entries come back as they were, in order", Unchanged),
        new("Appends follow one another", Following),
        new("An entry that is appended again is stored once", Idempotent),
        new("Entries without a uuid are always added", Blind),
        new("Transcripts are told apart by every part of their key", Apart),
        new("Keys may hold any text", StrangeKeys),
        new("Appending nothing does no harm", Nothing),
        new("Long entries and many entries fit", Large),
        new("Appends at the same time are all kept", Concurrent),
        new("Sessions are listed by project", SessionStoreCapabilities.List, ListAny, Listed),
        new("A session that was written to later is listed as later", SessionStoreCapabilities.List, ListAny, Dated),
        new("Summaries say what folding the entries says", SessionStoreCapabilities.Summaries, SumAny, Summarized),
        new("A summary is as new as its session", SessionStoreCapabilities.Summaries | SessionStoreCapabilities.List, null, SummaryDated),
        new("Subpaths are listed by session", SessionStoreCapabilities.Subpaths, SubpathsAny, Subpaths),
        new("Deleting a session deletes everything inside of it", SessionStoreCapabilities.Delete, DeleteAny, Deleted),
        new("Deleting a subpath leaves the rest of its session", SessionStoreCapabilities.Delete, DeleteAny, DeletedInside),
        new("Deleting what is not there does nothing", SessionStoreCapabilities.Delete, DeleteAny, DeletedNothing),
        new("A deleted session is not listed any more", SessionStoreCapabilities.Delete | SessionStoreCapabilities.List, null, DeletedUnlisted),
    ];

    private static async Task NeverStored(SessionStoreProbe probe)
    {
        await probe.ExpectNothingAsync(probe.NewKey()).ConfigureAwait(false);
        await probe.ExpectNothingAsync(probe.NewKey(Subagent)).ConfigureAwait(false);
    }

    private static Task Unchanged(SessionStoreProbe probe) => KeptAsync(
        probe,
        SessionStoreProbe.Message("first"),
        SessionStoreProbe.Message("Zürich, 東京, \U0001F680, \"quoted\", back\\slash, tab\t, line\nfeed, \u2028, <html>&'"),
        SessionStoreProbe.Entry(
            """{"uuid":"x-1","type":"assistant","nested":{"a":[1,-2.5,1e3,true,false,null,[],{}],"":"","b":{"c":{"d":[[["deep"]]]}}},"n":9007199254740991}"""),
        SessionStoreProbe.Entry("""{"type":"custom-title","customTitle":"A title","sessionId":"s"}"""));

    private static async Task KeptAsync(SessionStoreProbe probe, params JsonElement[] entries)
    {
        var key = probe.NewKey();
        await probe.AppendAsync(key, entries).ConfigureAwait(false);
        await probe.ExpectAsync(key, entries).ConfigureAwait(false);
    }

    private static async Task Following(SessionStoreProbe probe)
    {
        var key = probe.NewKey();
        JsonElement[] entries = [.. Enumerable.Range(0, 20).Select(number => SessionStoreProbe.Message($"message {number}"))];
        foreach (var some in entries.Chunk(3))
            await probe.AppendAsync(key, some).ConfigureAwait(false);
        await probe.ExpectAsync(key, entries).ConfigureAwait(false);
    }

    private static async Task Idempotent(SessionStoreProbe probe)
    {
        var key = probe.NewKey();
        var (first, second, third) = (SessionStoreProbe.Message("1"), SessionStoreProbe.Message("2"), SessionStoreProbe.Message("3"));
        await probe.AppendAsync(key, first, second).ConfigureAwait(false);
        await probe.AppendAsync(key, first, second, third).ConfigureAwait(false);
        await probe.AppendAsync(key, third, third).ConfigureAwait(false);
        await probe.ExpectAsync(key, first, second, third).ConfigureAwait(false);
    }

    private static async Task Blind(SessionStoreProbe probe)
    {
        var key = probe.NewKey();
        var tag = SessionStoreProbe.Entry("""{"type":"tag","tag":"a","sessionId":"s"}""");
        await probe.AppendAsync(key, tag, tag).ConfigureAwait(false);
        await probe.AppendAsync(key, tag).ConfigureAwait(false);
        await probe.ExpectAsync(key, tag, tag, tag).ConfigureAwait(false);
    }

    private static async Task Apart(SessionStoreProbe probe)
    {
        var key = probe.NewKey();
        // The same uuid everywhere: what makes an append idempotent is the uuid within its transcript.
        SessionKey[] keys =
        [
            key, key with { Subpath = Subagent }, key with { Subpath = Subagent + "c" }, probe.NewKey(), key with { ProjectKey = probe.Project + "-x" },
        ];
        for (var i = 0; i < keys.Length; i++)
            await probe.AppendAsync(keys[i], SessionStoreProbe.Message($"of key {i}", "11111111-1111-4111-8111-111111111111")).ConfigureAwait(false);
        for (var i = 0; i < keys.Length; i++)
            await probe.ExpectAsync(keys[i], SessionStoreProbe.Message($"of key {i}", "11111111-1111-4111-8111-111111111111")).ConfigureAwait(false);
    }

    private static async Task StrangeKeys(SessionStoreProbe probe)
    {
        string[] names = ["..", "a/b", "a:b", "a b", "a%2Fb", "ünï", "*", "nul", "a\\b", "a\"b'c"];
        for (var i = 0; i < names.Length; i++)
            await probe.AppendAsync(KeyOf(i), SessionStoreProbe.Message(names[i], "u")).ConfigureAwait(false);
        for (var i = 0; i < names.Length; i++)
            await probe.ExpectAsync(KeyOf(i), SessionStoreProbe.Message(names[i], "u")).ConfigureAwait(false);

        SessionKey KeyOf(int index) => new() { ProjectKey = $"{probe.Project}{names[index]}", SessionId = names[index], Subpath = $"sub/{names[index]}" };
    }

    private static async Task Nothing(SessionStoreProbe probe)
    {
        var key = probe.NewKey();
        var entry = SessionStoreProbe.Message("only");
        await probe.AppendAsync(key).ConfigureAwait(false);
        await probe.AppendAsync(key, entry).ConfigureAwait(false);
        await probe.AppendAsync(key).ConfigureAwait(false);
        await probe.ExpectAsync(key, entry).ConfigureAwait(false);
    }

    private static Task Large(SessionStoreProbe probe) => KeptAsync(
        probe,
        [
            SessionStoreProbe.Message(new string('x', 2 * 1024 * 1024)),
            .. Enumerable.Range(0, 1_000).Select(number => SessionStoreProbe.Message($"message {number}")),
        ]);

    private static async Task Concurrent(SessionStoreProbe probe)
    {
        var shared = probe.NewKey();
        var writers = Enumerable.Range(0, 8).Select(writer => (
            Own: probe.NewKey(),
            Entries: Enumerable.Range(0, 10).Select(number => SessionStoreProbe.Message($"{writer}-{number}")).ToArray())).ToList();
        await Task.WhenAll(writers.Select(writer => Task.Run(
            async () =>
            {
                foreach (var entry in writer.Entries)
                {
                    await probe.AppendAsync(writer.Own, entry).ConfigureAwait(false);
                    await probe.AppendAsync(shared, entry).ConfigureAwait(false);
                }
            },
            probe.Token))).ConfigureAwait(false);

        var all = await probe.Store.LoadAsync(shared, probe.Token).ConfigureAwait(false) ?? [];
        probe.Expect(all.Count == 80, $"8 writers appended 10 entries each to one transcript, and {all.Count} came back");
        foreach (var (own, entries) in writers)
        {
            await probe.ExpectAsync(own, entries).ConfigureAwait(false);
            var uuids = entries.Select(UuidOf).ToHashSet(StringComparer.Ordinal);
            probe.Expect(
                all.Select(UuidOf).Where(uuids.Contains).SequenceEqual(entries.Select(UuidOf)),
                "the entries of one writer came back in another order than it appended them in");
        }
    }

    private static async Task Listed(SessionStoreProbe probe)
    {
        var (one, two, agentOnly) = (probe.NewKey(), probe.NewKey(), probe.NewKey(Subagent));
        foreach (var key in new[] { one, one with { Subpath = Subagent }, two, agentOnly, one with { ProjectKey = probe.Project + "-other", SessionId = "other" } })
            await probe.AppendAsync(key, SessionStoreProbe.Message("x")).ConfigureAwait(false);
        var listed = await probe.Store.ListAsync(probe.Project, probe.Token).ConfigureAwait(false);
        SessionStoreProbe.ExpectSame([one.SessionId, two.SessionId], listed.Select(session => session.SessionId), probe, "the sessions of the project");
        var none = await probe.Store.ListAsync(probe.Project + "-none", probe.Token).ConfigureAwait(false);
        probe.Expect(none.Count == 0, $"a project without sessions lists {none.Count}");
    }

    private static async Task Dated(SessionStoreProbe probe)
    {
        var (older, newer) = (probe.NewKey(), probe.NewKey());
        await probe.AppendAsync(older, SessionStoreProbe.Message("x")).ConfigureAwait(false);
        var first = await TimeOfAsync(probe, older).ConfigureAwait(false);
        await probe.AppendAsync(newer, SessionStoreProbe.Message("x")).ConfigureAwait(false);
        await probe.AppendAsync(older, SessionStoreProbe.Message("y")).ConfigureAwait(false);
        var again = await TimeOfAsync(probe, older).ConfigureAwait(false);
        var other = await TimeOfAsync(probe, newer).ConfigureAwait(false);
        probe.Expect(again >= first && again >= other, $"a session that was written to at {again:O} was written to before at {first:O}, and another one in between at {other:O}");
    }

    private static async Task Summarized(SessionStoreProbe probe)
    {
        var key = probe.NewKey();
        JsonElement[] entries =
        [
            SessionStoreProbe.Message("What is the capital of France?"),
            SessionStoreProbe.Entry("""{"type":"ai-title","aiTitle":"Capitals","sessionId":"s"}"""),
            SessionStoreProbe.Entry("""{"type":"custom-title","customTitle":"Geography","sessionId":"s"}"""),
            SessionStoreProbe.Entry("""{"type":"tag","tag":"school","sessionId":"s"}"""),
        ];
        await probe.AppendAsync(key, entries[..2]).ConfigureAwait(false);
        await probe.AppendAsync(key, entries[2..]).ConfigureAwait(false);
        await probe.AppendAsync(key with { Subpath = Subagent }, SessionStoreProbe.Entry("""{"type":"custom-title","customTitle":"Wrong","sessionId":"s"}""")).ConfigureAwait(false);
        var summaries = await probe.Store.ListSummariesAsync(probe.Project, probe.Token).ConfigureAwait(false);
        SessionStoreProbe.ExpectSame([key.SessionId], summaries.Select(summary => summary.SessionId), probe, "the summaries of the project");
        var expected = SessionSummary.Fold(null, key, entries, summaries[0].LastModified);
        probe.Expect(
            JsonElement.DeepEquals(expected.Data, summaries[0].Data),
            $"the summary's data was expected to be {expected.Data.GetRawText()} and is {summaries[0].Data.GetRawText()}");
    }

    private static async Task SummaryDated(SessionStoreProbe probe)
    {
        var key = probe.NewKey();
        for (var i = 0; i < 3; i++)
        {
            await probe.AppendAsync(key, SessionStoreProbe.Message($"{i}")).ConfigureAwait(false);
            var summaries = await probe.Store.ListSummariesAsync(probe.Project, probe.Token).ConfigureAwait(false);
            var listed = await TimeOfAsync(probe, key).ConfigureAwait(false);
            var summed = summaries.Single(summary => summary.SessionId == key.SessionId).LastModified;
            probe.Expect(summed >= listed, $"the summary is of {summed:O} and the session of {listed:O}, so the summary would not be believed");
        }
    }

    private static async Task Subpaths(SessionStoreProbe probe)
    {
        var key = probe.NewKey();
        string[] subpaths = [Subagent, "subagents/workflows/run-1/agent-c3", "other"];
        await probe.AppendAsync(key, SessionStoreProbe.Message("x")).ConfigureAwait(false);
        foreach (var subpath in subpaths)
            await probe.AppendAsync(key with { Subpath = subpath }, SessionStoreProbe.Message("x")).ConfigureAwait(false);
        await probe.AppendAsync(probe.NewKey("subagents/agent-foreign"), SessionStoreProbe.Message("x")).ConfigureAwait(false);
        var listed = await probe.Store.ListSubpathsAsync(key.ProjectKey, key.SessionId, probe.Token).ConfigureAwait(false);
        SessionStoreProbe.ExpectSame(subpaths, listed, probe, "the subpaths of the session");
        var none = await probe.Store.ListSubpathsAsync(key.ProjectKey, Guid.NewGuid().ToString(), probe.Token).ConfigureAwait(false);
        probe.Expect(none.Count == 0, $"a session that does not exist lists {none.Count} subpaths");
    }

    private static async Task Deleted(SessionStoreProbe probe)
    {
        var (key, other) = (probe.NewKey(), probe.NewKey());
        var inside = key with { Subpath = Subagent };
        foreach (var each in new[] { key, inside, other })
            await probe.AppendAsync(each, SessionStoreProbe.Message("x", "u")).ConfigureAwait(false);
        await probe.Store.DeleteAsync(key, probe.Token).ConfigureAwait(false);
        await probe.ExpectNothingAsync(key).ConfigureAwait(false);
        await probe.ExpectNothingAsync(inside).ConfigureAwait(false);
        await probe.ExpectAsync(other, SessionStoreProbe.Message("x", "u")).ConfigureAwait(false);
        await probe.AppendAsync(key, SessionStoreProbe.Message("again", "u")).ConfigureAwait(false);
        await probe.ExpectAsync(key, SessionStoreProbe.Message("again", "u")).ConfigureAwait(false);
    }

    private static async Task DeletedInside(SessionStoreProbe probe)
    {
        var key = probe.NewKey();
        foreach (var each in new[] { key, key with { Subpath = Subagent }, key with { Subpath = "subagents/agent-2" } })
            await probe.AppendAsync(each, SessionStoreProbe.Message("x", "u")).ConfigureAwait(false);
        await probe.Store.DeleteAsync(key with { Subpath = Subagent }, probe.Token).ConfigureAwait(false);
        await probe.ExpectNothingAsync(key with { Subpath = Subagent }).ConfigureAwait(false);
        await probe.ExpectAsync(key, SessionStoreProbe.Message("x", "u")).ConfigureAwait(false);
        await probe.ExpectAsync(key with { Subpath = "subagents/agent-2" }, SessionStoreProbe.Message("x", "u")).ConfigureAwait(false);
    }

    private static async Task DeletedNothing(SessionStoreProbe probe)
    {
        await probe.Store.DeleteAsync(probe.NewKey(), probe.Token).ConfigureAwait(false);
        await probe.Store.DeleteAsync(probe.NewKey(Subagent), probe.Token).ConfigureAwait(false);
    }

    private static async Task DeletedUnlisted(SessionStoreProbe probe)
    {
        var (key, other) = (probe.NewKey(), probe.NewKey());
        await probe.AppendAsync(key, SessionStoreProbe.Message("x")).ConfigureAwait(false);
        await probe.AppendAsync(other, SessionStoreProbe.Message("x")).ConfigureAwait(false);
        await probe.Store.DeleteAsync(key, probe.Token).ConfigureAwait(false);
        var listed = await probe.Store.ListAsync(probe.Project, probe.Token).ConfigureAwait(false);
        SessionStoreProbe.ExpectSame([other.SessionId], listed.Select(session => session.SessionId), probe, "the sessions of the project");
        if (!probe.Store.Capabilities.HasFlag(SessionStoreCapabilities.Summaries))
            return;
        var summaries = await probe.Store.ListSummariesAsync(probe.Project, probe.Token).ConfigureAwait(false);
        SessionStoreProbe.ExpectSame([other.SessionId], summaries.Select(summary => summary.SessionId), probe, "the summaries of the project");
    }

    private static async Task<DateTimeOffset> TimeOfAsync(SessionStoreProbe probe, SessionKey key)
    {
        var listed = await probe.Store.ListAsync(probe.Project, probe.Token).ConfigureAwait(false);
        var found = listed.FirstOrDefault(session => session.SessionId == key.SessionId);
        probe.Expect(found is not null, $"session {key.SessionId} was stored and is not listed");
        return found!.LastModified;
    }

    private static string UuidOf(JsonElement entry) => entry.GetProperty("uuid").GetString()!;
}
