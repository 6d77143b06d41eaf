using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nexus.Claude.Memory.Store;
using Nexus.Claude.Memory.Tests.Audit;

namespace Nexus.Claude.Memory.Tests.Vectors;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class EmbeddingTests : IAsyncDisposable
{
    private const string Question = "Where was the automobile repaired? I mean a workshop";
    private static readonly MemoryQuery Paraphrase = new("which automobile physician helped");

    private readonly TemporaryMemory _temporary = new();
    private readonly ConceptGenerator _generator = new();

    public async ValueTask DisposeAsync()
    {
        await _temporary.DisposeAsync();
        _generator.Dispose();
    }

    [Test, Row(29)]
    public async Task A_paraphrase_is_found_that_shares_no_word()
    {
        var memory = await StoreAsync("The car is at the garage until friday", "Lunch is at noon", "The build is green again");
        var words = await _temporary.OpenAsync();

        var found = await memory.RecallAsync(new MemoryQuery("vehicle workshop"));
        var without = await words.RecallAsync(new MemoryQuery("vehicle workshop"));

        Assert.That(found.Items.Select(item => item.Message.Id), Is.EqualTo(new[] { "m0" }));
        Assert.That(found.Items[0].Relevance.Similarity, Is.GreaterThan(0.9));
        Assert.That(found.Items[0].Relevance.MatchedTerms, Is.Empty);
        Assert.That(found.Embedding, Is.EqualTo(EmbeddingOutcome.Used));
        Assert.That(without.Items, Is.Empty);
        Assert.That(without.Embedding, Is.EqualTo(EmbeddingOutcome.NotConfigured));
        Assert.That(await memory.GetContextPrefixAsync("vehicle workshop"), Does.Contain("The car is at the garage"));
    }

    [Test, Row(7), Row(29)]
    public async Task What_only_the_words_find_is_kept_beside_what_only_the_meaning_finds()
    {
        var memory = await StoreAsync("Error CS8602 came back in the mapper", "My physician is on vacation", "The build is green again");

        var found = await memory.RecallAsync(new MemoryQuery("CS8602 doctor holiday") { MinimumCoverage = 0.1 });

        Assert.That(found.Items.Select(item => item.Message.Id), Is.EquivalentTo(new[] { "m0", "m1" }));
        Assert.That(found.Items.Single(item => item.Message.Id == "m1").Relevance.Fused, Is.GreaterThan(0.4));
        Assert.That(found.Items.Single(item => item.Message.Id == "m0").Relevance.MatchedTerms, Is.EqualTo(new[] { "cs8602" }));
    }

    [Test]
    public async Task Nothing_is_recalled_when_nothing_fits_the_meaning_either()
    {
        var memory = await StoreAsync("The car is at the garage until friday", "My physician is on vacation");

        Assert.That((await memory.RecallAsync(new MemoryQuery("Write a haiku about autumn leaves"))).Items, Is.Empty);
    }

    [Test, Row(29)]
    public async Task A_slow_generator_leaves_the_words()
    {
        var memory = await StoreAsync("The car is at the garage until friday");
        _generator.Gate = new TaskCompletionSource();
        _generator.Listens = false;

        var search = memory.RecallAsync(new MemoryQuery("car garage friday"));
        await _generator.Waiting.Task;
        Assert.That(search.IsCompleted, Is.False);
        _temporary.Time.Advance(TimeSpan.FromMilliseconds(299));
        Assert.That(search.IsCompleted, Is.False);
        _temporary.Time.Advance(TimeSpan.FromMilliseconds(2));
        var found = await search;

        Assert.That(found.Embedding, Is.EqualTo(EmbeddingOutcome.TimedOut));
        Assert.That(found.Items.Single().Message.Id, Is.EqualTo("m0"));
        _generator.Gate.SetResult();
    }

    [Test]
    public async Task Who_cancels_a_search_is_obeyed_although_the_generator_does_not_listen()
    {
        var memory = await StoreAsync("The car is at the garage");
        _generator.Gate = new TaskCompletionSource();
        _generator.Listens = false;
        using var cancelling = new CancellationTokenSource();

        var search = memory.RecallAsync(new MemoryQuery("car garage"), cancelling.Token);
        await _generator.Waiting.Task;
        await cancelling.CancelAsync();

        Assert.That(async () => await search, Throws.InstanceOf<OperationCanceledException>());
        _generator.Gate.SetResult();
        _generator.Gate = null;
        Assert.That((await memory.RecallAsync(new MemoryQuery("car garage"))).Embedding, Is.EqualTo(EmbeddingOutcome.Used));
    }

    [Test, Row(29)]
    public async Task A_generator_that_fails_is_left_alone_for_a_while_and_asked_again_later()
    {
        var memory = await StoreAsync("The car is at the garage until friday");
        int before = _generator.Calls.Count;
        _generator.Failure = new HttpRequestException("no route to host");
        var outcomes = new List<EmbeddingOutcome>();
        for (int i = 0; i < 5; i++)
        {
            var found = await memory.RecallAsync(new MemoryQuery($"car garage {i}") { MinimumCoverage = 0 });
            Assert.That(found.Items.Single().Message.Id, Is.EqualTo("m0"));
            outcomes.Add(found.Embedding);
        }

        Assert.That(outcomes, Is.EqualTo(new[] { EmbeddingOutcome.Failed, EmbeddingOutcome.Failed, EmbeddingOutcome.Failed, EmbeddingOutcome.Suspended, EmbeddingOutcome.Suspended }));
        Assert.That(_generator.Calls.Count - before, Is.EqualTo(3));

        _temporary.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.That((await memory.RecallAsync(new MemoryQuery("vehicle one"))).Embedding, Is.EqualTo(EmbeddingOutcome.Failed), "one try");
        Assert.That((await memory.RecallAsync(new MemoryQuery("vehicle two"))).Embedding, Is.EqualTo(EmbeddingOutcome.Suspended));
        _generator.Failure = null;
        _temporary.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.That((await memory.RecallAsync(new MemoryQuery("vehicle workshop"))).Items.Single().Message.Id, Is.EqualTo("m0"));
    }

    [Test, Row(29)]
    public async Task A_vector_of_another_size_is_not_taken()
    {
        var memory = await StoreAsync("The car is at the garage until friday");
        _generator.Dimensions = 40;

        var found = await memory.RecallAsync(new MemoryQuery("car garage"));

        Assert.That(found.Embedding, Is.EqualTo(EmbeddingOutcome.Failed));
        Assert.That(found.Items.Single().Message.Id, Is.EqualTo("m0"));
    }

    [Test]
    public async Task The_vector_of_a_query_is_asked_for_once()
    {
        var memory = await StoreAsync("The car is at the garage until friday");
        int before = _generator.Calls.Count;

        for (int i = 0; i < 3; i++)
            await memory.RecallAsync(Paraphrase);

        Assert.That(_generator.Calls.Count - before, Is.EqualTo(1));
    }

    [Test, Row(2), Row(29)]
    public async Task Messages_get_their_vectors_in_batches_beside_the_writing()
    {
        _generator.Gate = new TaskCompletionSource();
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync(Enumerable.Range(0, 200).Select(i => TemporaryMemory.Message($"car number {i}", id: $"m{i}", minute: i)));
        await memory.FlushAsync();
        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(200), "written, whatever the generator does");

        _generator.Gate.SetResult();
        await memory.WaitForEmbeddingsAsync();

        Assert.That(_generator.Calls.Select(call => call.Length), Is.All.LessThanOrEqualTo(64));
        Assert.That(_generator.Calls, Has.Count.LessThan(12));
        Assert.That(Count("SELECT count(*) FROM vector"), Is.EqualTo(200));
        Assert.That(_generator.Texts.Distinct().Count(), Is.EqualTo(200));
    }

    [Test]
    public async Task A_memory_is_disposed_of_although_its_generator_hangs_and_the_next_one_goes_on()
    {
        _generator.Gate = new TaskCompletionSource();
        _generator.Listens = false;
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("The car is at the garage", id: "m0")]);
        await _generator.Waiting.Task;
        await memory.DisposeAsync();
        Assert.That(async () => await memory.WaitForEmbeddingsAsync(), Throws.InstanceOf<ObjectDisposedException>());

        using var next = new ConceptGenerator();
        var again = await _temporary.OpenAsync(options => options.EmbeddingGenerator = next);
        await again.WaitForEmbeddingsAsync();

        Assert.That((await again.RecallAsync(new MemoryQuery("vehicle workshop"))).Items.Single().Message.Id, Is.EqualTo("m0"));
        _generator.Gate.SetResult();
    }

    [Test]
    public async Task What_could_not_be_embedded_is_tried_again_after_a_pause()
    {
        _generator.Failure = new HttpRequestException("no route to host");
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("The car is at the garage", id: "m0")]);

        var failure = await Assert.ThrowsAsync<MemoryStoreException>(async () => await memory.WaitForEmbeddingsAsync());
        Assert.That(failure!.Message, Does.Contain("no route to host").And.Contain("found by their words"));
        Assert.That(failure.IsTransient, Is.True);
        Assert.That(Count("SELECT count(*) FROM vector"), Is.Zero);

        _generator.Failure = null;
        while (Count("SELECT count(*) FROM vector") == 0)
        {
            _temporary.Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        await memory.WaitForEmbeddingsAsync();
        Assert.That((await memory.RecallAsync(new MemoryQuery("vehicle workshop"))).Items, Has.Count.EqualTo(1));
    }

    [Test, Row(29)]
    public async Task Vectors_of_another_model_or_size_are_ignored_and_replaced()
    {
        var memory = await StoreAsync("The car is at the garage", "My physician is on vacation");
        await memory.DisposeAsync();

        using var other = new ConceptGenerator("concepts-2") { Gate = new TaskCompletionSource() };
        await using (var changed = await _temporary.OpenAsync(options => options.EmbeddingGenerator = other))
        {
            await other.Waiting.Task;
            Assert.That(Vectors("concepts-1", 96), Is.EqualTo(2), "the old ones stand there still");
            other.Gate.SetResult();
            await changed.WaitForEmbeddingsAsync();
            Assert.That((Vectors("concepts-1", 96), Vectors("concepts-2", 96)), Is.EqualTo((0, 2)));
            Assert.That((await changed.RecallAsync(new MemoryQuery("automobile workshop"))).Items.Single().Message.Id, Is.EqualTo("m0"));
        }

        using var larger = new ConceptGenerator("concepts-2", 128);
        var grown = await _temporary.OpenAsync(options => options.EmbeddingGenerator = larger);
        // Its size is known with its first vector.
        Assert.That((await grown.RecallAsync(new MemoryQuery("automobile workshop"))).Items, Is.Empty);
        await grown.WaitForEmbeddingsAsync();
        Assert.That((Vectors("concepts-2", 96), Vectors("concepts-2", 128)), Is.EqualTo((0, 2)));
        Assert.That((await grown.RecallAsync(new MemoryQuery("automobile workshop"))).Items.Single().Message.Id, Is.EqualTo("m0"));
    }

    [Test, Row(19)]
    public async Task What_is_forgotten_leaves_no_vector()
    {
        var memory = await StoreAsync([.. Enumerable.Range(0, 300).Select(i => i == 150 ? "car garage slow database" : $"build number {i} passed")]);
        byte[] vector = Blob("SELECT v.data FROM vector v JOIN message m ON m.id=v.id WHERE m.content LIKE 'car%'");
        Assert.That((await _temporary.BytesAsync()).AsSpan().IndexOf(vector), Is.Positive);

        var result = await memory.ForgetAsync(new MemoryFilter { Ids = ["m150"] });

        Assert.That(result, Is.EqualTo(new ForgetResult(1, true)));
        Assert.That(Count("SELECT count(*) FROM vector"), Is.EqualTo(299));
        Assert.That((await _temporary.BytesAsync()).AsSpan().IndexOf(vector), Is.Negative);
        Assert.That((await memory.RecallAsync(new MemoryQuery("vehicle workshop"))).Items, Is.Empty);
    }

    [Test, Row(19)]
    public async Task What_is_forgotten_while_it_is_embedded_gets_no_vector()
    {
        _generator.Gate = new TaskCompletionSource();
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("The car is at the garage", id: "m0"), TemporaryMemory.Message("My physician", id: "m1")]);
        await _generator.Waiting.Task;
        await memory.ForgetAsync(new MemoryFilter { Ids = ["m0"] });
        await memory.StoreMessagesAsync([TemporaryMemory.Message("My doctor now", id: "m1")]);
        await memory.FlushAsync();

        _generator.Gate.SetResult();
        await memory.WaitForEmbeddingsAsync();

        Assert.That(Count("SELECT count(*) FROM vector"), Is.EqualTo(1));
        Assert.That(Count("SELECT count(*) FROM vector v JOIN message m ON m.id=v.id WHERE m.content='My doctor now'"), Is.EqualTo(1));
    }

    [Test]
    public async Task Each_message_is_embedded_once_however_many_come_at_once()
    {
        _generator.Gate = new TaskCompletionSource();
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync(Enumerable.Range(0, 200).Select(i => TemporaryMemory.Message($"The car is at garage {i}", $"c{i % 3}", $"m{i}", i)));
        await memory.FlushAsync();
        await _generator.Waiting.Task;
        _generator.Gate.SetResult();
        await memory.WaitForEmbeddingsAsync();

        Assert.That(_generator.Texts.Count(), Is.EqualTo(200));
        Assert.That(Count("SELECT count(*) FROM vector"), Is.EqualTo(200));
    }

    [Test, Row(17), Row(18)]
    public async Task The_generator_sees_no_secret_and_nothing_private()
    {
        string key = "sk-" + "ant-api03-" + new string('q', 30);
        var memory = await StoreAsync($"car key {key} <private>Rumpelstilz</private> end");
        await memory.RecallAsync(new MemoryQuery($"vehicle {key} <private>Rumpelstilz</private>"));

        Assert.That(_generator.Texts.Count(), Is.EqualTo(2));
        Assert.That(_generator.Texts, Has.All.Not.Contain("qqqq").And.All.Not.Contain("Rumpelstilz"));
        Assert.That(_generator.Texts, Has.All.Contain("[redacted:anthropic-key:"));
    }

    [Test, Row(20)]
    public async Task Vectors_of_one_scope_are_never_seen_from_another()
    {
        var memory = await OpenAsync(options => options.Scope = new MemoryScope("t1", "u1"));
        var other = memory.ForScope(new MemoryScope("t2", "u1"));
        await memory.StoreMessagesAsync([TemporaryMemory.Message("The car of one is at the garage", "c1", "one")]);
        await other.StoreMessagesAsync([TemporaryMemory.Message("The car of two is at the garage", "c1", "two")]);
        await memory.WaitForEmbeddingsAsync();
        var query = new MemoryQuery("vehicle workshop") { Reach = MemoryReach.Everywhere, MinimumCoverage = 0, MinimumScore = 0 };

        Assert.That((await memory.RecallAsync(query)).Items.Single().Message.Id, Is.EqualTo("one"));
        Assert.That((await other.RecallAsync(query)).Items.Single().Message.Id, Is.EqualTo("two"));
        Assert.That((await memory.ForScope(new MemoryScope("t3", "u1")).RecallAsync(query)).Items, Is.Empty);
        Assert.That((await memory.RecallAsync(query with { ExceptConversationId = "c1" })).Items, Is.Empty);
    }

    [Test, Row(20)]
    public async Task A_generator_gets_only_the_texts_of_the_scopes_it_is_used_for()
    {
        var plain = await _temporary.OpenAsync();
        await plain.ForScope(new MemoryScope("t1", "u1")).StoreMessagesAsync([TemporaryMemory.Message("The car is at the garage", id: "a")]);
        await plain.ForScope(new MemoryScope("t2", "u1")).StoreMessagesAsync([TemporaryMemory.Message("The secret of another tenant", id: "b")]);
        await plain.FlushAsync();

        var memory = await OpenAsync(options => options.Scope = new MemoryScope("t1", "u1"));
        await memory.WaitForEmbeddingsAsync();

        Assert.That(_generator.Texts, Is.EqualTo(new[] { "The car is at the garage" }));
    }

    [Test]
    public async Task Projects_out_of_reach_stay_out_of_reach_of_vectors()
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync(
        [
            TemporaryMemory.Message("The car is at the garage", "near", "near", directory: "/work/api"),
            TemporaryMemory.Message("The automobile is at the garage", "far", "far", directory: "/srv/other"),
        ]);
        await memory.WaitForEmbeddingsAsync();

        var found = await memory.RecallAsync(new MemoryQuery("vehicle workshop") { WorkingDirectory = "/work/api" });

        Assert.That(found.Items.Select(item => item.Message.Id), Is.EqualTo(new[] { "near" }));
        Assert.That(found.Items[0].Relevance.Directory, Is.EqualTo(1));
    }

    [Test]
    public async Task The_weighted_sum_takes_the_meaning_for_the_text_where_it_is_nearer()
    {
        var memory = await OpenAsync(options => options.UseWeightedSum());
        await memory.StoreMessagesAsync([TemporaryMemory.Message("car garage", id: "m0", directory: "/p")]);
        await memory.WaitForEmbeddingsAsync();

        var why = (await memory.RecallAsync(new MemoryQuery("vehicle workshop") { WorkingDirectory = "/p" })).Items.Single().Relevance;

        Assert.That(why.Score, Is.EqualTo(0.4 * why.Similarity!.Value + 0.3 + 0.1 * why.Recency).Within(1e-6));
        Assert.That(why.Similarity, Is.EqualTo(1).Within(0.01));
    }

    [Test]
    public async Task A_file_of_the_version_before_is_taken_over_and_gets_its_vectors()
    {
        await using (var packed = typeof(EmbeddingTests).Assembly.GetManifestResourceStream("memory-of-schema-1.db.gz")!)
        await using (var unpacked = new GZipStream(packed, CompressionMode.Decompress))
        await using (var file = File.Create(_temporary.Path))
            await unpacked.CopyToAsync(file);
        Assert.That(Count("PRAGMA user_version"), Is.EqualTo(1));

        var memory = await OpenAsync();
        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(80));
        Assert.That((await memory.LoadConversationAsync("own-old")).Messages[^1].Content, Is.EqualTo("old says 39"));
        await memory.StoreMessagesAsync([TemporaryMemory.Message("The car is at the garage", id: "m0")]);
        await memory.WaitForEmbeddingsAsync();

        Assert.That(Count("PRAGMA user_version"), Is.EqualTo(2));
        Assert.That(Count("SELECT count(*) FROM vector"), Is.EqualTo(81));
        Assert.That((await memory.RecallAsync(new MemoryQuery("old adds 17") { Diversify = false })).Items[0].Message.Content, Is.EqualTo("old adds 17"));
        Assert.That((await memory.RecallAsync(new MemoryQuery("vehicle workshop"))).Items.Single().Message.Id, Is.EqualTo("m0"));
        Assert.That((await memory.ForgetAsync(MemoryFilter.Everything)).Messages, Is.EqualTo(81));
    }

    [Test]
    public void A_container_gives_the_memory_its_registered_generator()
    {
        MemoryOptions? seen = null;
        var services = new ServiceCollection();
        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(_generator);
        services.AddNexusClaude().AddMemory((memory, container) =>
        {
            memory.Path = _temporary.Path;
            memory.EmbeddingGenerator = container.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
            seen = memory;
        });
        using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptions<ClaudeOptions>>().Value;

        Assert.That(options.Hooks, Has.Count.EqualTo(4));
        Assert.That(seen!.EmbeddingGenerator, Is.SameAs(_generator));
        Assert.That(() => new ClaudeOptions().UseMemory(memory => memory.MinimumSimilarity = 2), Throws.TypeOf<Nexus.Claude.OptionsValidationException>());
        using var generator = new ConceptGenerator();
        Assert.That(
            () => new ClaudeOptions().UseMemory(memory => (memory.Meilisearch, memory.EmbeddingGenerator) = (new MeilisearchOptions(), generator)),
            Throws.TypeOf<Nexus.Claude.OptionsValidationException>().With.Message.Contains("words alone"));
        Assert.That(() => new ClaudeOptions().UseMemory(memory => memory.EmbeddingTimeout = TimeSpan.Zero), Throws.TypeOf<Nexus.Claude.OptionsValidationException>());
    }

    [Test]
    public async Task A_prompt_of_a_session_is_answered_by_meaning()
    {
        var memory = await StoreAsync("The car is at the garage until friday");
        var recorder = new Nexus.Claude.Memory.Record.SessionRecorder(_ => Task.FromResult(memory), memory.Options);

        var output = await recorder.OnPromptAsync((UserPromptSubmitHookInput)HookInput.Parse(
            $$"""{"hook_event_name":"UserPromptSubmit","session_id":"s2","cwd":"","prompt":"{{Question}}"}"""), default);

        Assert.That(output?.AdditionalContext, Does.Contain("at the garage until friday"));
    }

    private async Task<ClaudeMemory> StoreAsync(params string[] texts)
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync(texts.Select((text, i) => TemporaryMemory.Message(text, $"c{i}", $"m{i}", i)));
        await memory.WaitForEmbeddingsAsync();
        return memory;
    }

    private Task<ClaudeMemory> OpenAsync(Action<MemoryOptions>? configure = null) => _temporary.OpenAsync(options =>
    {
        options.EmbeddingGenerator = _generator;
        configure?.Invoke(options);
    });

    private int Vectors(string model, int dimensions) => (int)Count(
        $"SELECT count(*) FROM vector v JOIN vector_model m ON m.id=v.model WHERE m.name='{model}' AND m.dimensions={dimensions} AND length(v.data)={dimensions}");

    private long Count(string sql)
    {
        using var database = Database.Open(_temporary.Path, create: false);
        using var statement = database.PrepareOnce(sql);
        return statement.Step() ? statement.Long(0) : -1;
    }

    private byte[] Blob(string sql)
    {
        using var database = Database.Open(_temporary.Path, create: false);
        using var statement = database.PrepareOnce(sql);
        return statement.Step() ? statement.Bytes(0).ToArray() : throw new InvalidOperationException(Encoding.UTF8.GetString("no row"u8));
    }
}
