using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Redis;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Conversations kept by the server, and their routes.</summary>
internal static class ConversationSetup
{
    /// <summary>Registers what this folder has.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddConversations(this IServiceCollection services)
    {
        services.AddRedis();
        services.TryAddSingleton(static provider =>
            new ConversationDatabase(provider.GetRequiredService<IOptions<NexusClaudeServerOptions>>().Value.Conversations.DatabasePath!));
        services.TryAddSingleton<IConversationStore>(static provider => provider.Choose<IConversationStore>(
            static provider => ActivatorUtilities.CreateInstance<RedisConversationStore>(provider),
            static provider => ActivatorUtilities.CreateInstance<SqliteConversationStore>(provider),
            static provider => ActivatorUtilities.CreateInstance<InMemoryConversationStore>(provider)));
        services.TryAddSingleton<IDocumentStore>(static provider => provider.Choose<IDocumentStore>(
            static provider => ActivatorUtilities.CreateInstance<RedisDocumentStore>(provider),
            static provider => ActivatorUtilities.CreateInstance<SqliteDocumentStore>(provider),
            static provider => ActivatorUtilities.CreateInstance<InMemoryDocumentStore>(provider)));
        services.TryAddSingleton<ConversationRoutes>();
        services.TryAddSingleton<ConversationItemRoutes>();
        services.TryAddSingleton<ILeases>(static provider =>
            provider.UsesRedis() ? ActivatorUtilities.CreateInstance<RedisLeases>(provider) : new LocalLeases());
        services.TryAddKeyedSingleton<ITurnStep, ConversationStep>(TurnStepOrder.Conversation);
        services.AddOptions<NexusClaudeServerOptions>().Validate(
            static options => options.Conversations is { Lifetime.Ticks: > 0, MaxInMemory: > 0, MaxBytesInMemory: > 0, MaxItems: > 0 } conversations
                && conversations.Lifetime <= TimeSpan.FromDays(36_500)
                && (conversations.DatabasePath is null || !string.IsNullOrWhiteSpace(conversations.DatabasePath)),
            "NexusClaudeServerOptions.Conversations: Lifetime (at most 100 years), MaxInMemory, MaxBytesInMemory and MaxItems are more than nothing, DatabasePath is null or names a file.");
        return services;
    }

    /// <summary>Adds what this folder has to the application.</summary>
    /// <param name="app">The application.</param>
    public static void MapConversations(this WebApplication app)
    {
        var conversations = app.Services.GetRequiredService<ConversationRoutes>();
        app.MapPost("/v1/conversations", conversations.CreateAsync);
        app.MapGet("/v1/conversations", conversations.ListAsync);
        app.MapGet("/v1/conversations/{id}", conversations.GetAsync);
        app.MapPost("/v1/conversations/{id}", conversations.UpdateAsync);
        app.MapDelete("/v1/conversations/{id}", conversations.DeleteAsync);
        var items = app.Services.GetRequiredService<ConversationItemRoutes>();
        app.MapGet("/v1/conversations/{id}/items", items.ListAsync);
        app.MapPost("/v1/conversations/{id}/items", items.CreateAsync);
        app.MapGet("/v1/conversations/{id}/items/{item}", items.GetAsync);
        app.MapDelete("/v1/conversations/{id}/items/{item}", items.DeleteAsync);
    }

    /// <summary>Makes what keeps things where the options say: in Redis, in the file, or in memory.</summary>
    /// <typeparam name="T">What keeps them.</typeparam>
    /// <param name="provider">The services.</param>
    /// <param name="redis">For Redis.</param>
    /// <param name="file">For the file.</param>
    /// <param name="memory">For memory.</param>
    /// <returns>The one.</returns>
    internal static T Choose<T>(this IServiceProvider provider, Func<IServiceProvider, T> redis, Func<IServiceProvider, T> file, Func<IServiceProvider, T> memory)
    {
        if (provider.UsesRedis())
            return redis(provider);
        var path = provider.GetRequiredService<IOptions<NexusClaudeServerOptions>>().Value.Conversations.DatabasePath;
        return path is null ? memory(provider) : file(provider);
    }
}
