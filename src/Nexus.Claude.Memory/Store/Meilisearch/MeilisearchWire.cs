using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>GET /health.</summary>
internal sealed record HealthAnswer(string? Status);

/// <summary>GET /version.</summary>
internal sealed record VersionAnswer(string? PkgVersion);

/// <summary>GET /indexes/{uid}, and the body of POST /indexes.</summary>
internal sealed record IndexObject(string Uid, string? PrimaryKey = null);

/// <summary>What every write is answered with.</summary>
internal sealed record SummarizedTask(long TaskUid);

/// <summary>GET /tasks/{uid}.</summary>
internal sealed record TaskObject(long Uid, string? Status, TaskError? Error = null);

/// <summary>Why a task failed.</summary>
internal sealed record TaskError(string? Message = null, string? Code = null, string? Type = null);

/// <summary>The settings that we set; what is null is left as it is.</summary>
internal sealed record IndexSettings
{
    public IReadOnlyList<string>? SearchableAttributes { get; init; }

    // Newer servers may say objects where strings were given.
    public IReadOnlyList<JsonElement>? FilterableAttributes { get; init; }

    public IReadOnlyList<string>? SortableAttributes { get; init; }

    public IReadOnlyList<string>? RankingRules { get; init; }

    public TypoTolerance? TypoTolerance { get; init; }

    public Pagination? Pagination { get; init; }

    public string? ProximityPrecision { get; init; }

    public string? PrefixSearch { get; init; }

    public bool? FacetSearch { get; init; }
}

internal sealed record TypoTolerance(bool? Enabled = null);

internal sealed record Pagination(int? MaxTotalHits = null);

/// <summary>One query of POST /multi-search, or the body of POST /indexes/{uid}/search.</summary>
internal sealed record SearchQuery
{
    /// <summary>Left out where the route names the index.</summary>
    public string? IndexUid { get; init; }

    public string Q { get; init; } = "";

    public string? Filter { get; init; }

    public IReadOnlyList<string>? Sort { get; init; }

    public int Limit { get; init; }

    public int? Offset { get; init; }

    public IReadOnlyList<string>? AttributesToRetrieve { get; init; }

    public string? MatchingStrategy { get; init; }
}

internal sealed record MultiSearchQuery(IReadOnlyList<SearchQuery> Queries);

internal sealed record SearchAnswer<T>(IReadOnlyList<T> Hits, long EstimatedTotalHits);

internal sealed record MultiSearchAnswer<T>(IReadOnlyList<SearchAnswer<T>> Results);

/// <summary>The body of POST /indexes/{uid}/documents/fetch.</summary>
internal sealed record DocumentsQuery
{
    public string? Filter { get; init; }

    public IReadOnlyList<string>? Sort { get; init; }

    public int Limit { get; init; }

    public int? Offset { get; init; }

    public IReadOnlyList<string>? Fields { get; init; }
}

internal sealed record DocumentsAnswer<T>(IReadOnlyList<T> Results, long Total);

/// <summary>Where a message stands, and what is needed to weigh it.</summary>
internal sealed record Posting
{
    [JsonPropertyName("segment")]
    public long Segment { get; init; }

    [JsonPropertyName("slot")]
    public int Slot { get; init; }

    [JsonPropertyName("token_count")]
    public int TokenCount { get; init; }

    [JsonPropertyName("words")]
    public string? Words { get; init; }

    [JsonIgnore]
    public long Row => RowIds.Of(Segment, Slot);
}

// What a route always answers is demanded: JSON that lacks it is somebody else's.
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(IndexObject))]
[JsonSerializable(typeof(SummarizedTask))]
[JsonSerializable(typeof(TaskObject))]
[JsonSerializable(typeof(IndexSettings))]
[JsonSerializable(typeof(SearchQuery))]
[JsonSerializable(typeof(MultiSearchQuery))]
[JsonSerializable(typeof(DocumentsQuery))]
[JsonSerializable(typeof(MessageDocument[]))]
[JsonSerializable(typeof(ConversationDocument[]))]
[JsonSerializable(typeof(PreviewChange[]))]
[JsonSerializable(typeof(SearchAnswer<MessageDocument>))]
[JsonSerializable(typeof(SearchAnswer<ConversationDocument>))]
[JsonSerializable(typeof(DocumentsAnswer<MessageDocument>))]
[JsonSerializable(typeof(DocumentsAnswer<ConversationDocument>))]
[JsonSerializable(typeof(DocumentsAnswer<Posting>))]
[JsonSerializable(typeof(MultiSearchAnswer<Posting>))]
[JsonSerializable(typeof(ForgetOrder))]
internal sealed partial class MeilisearchJson : JsonSerializerContext;
