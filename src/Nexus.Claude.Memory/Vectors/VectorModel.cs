using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Vectors;

/// <summary>What made a vector. Only vectors of the same model and size are compared.</summary>
/// <param name="Name">The model.</param>
/// <param name="Dimensions">How many numbers its vectors have.</param>
internal sealed record VectorModel(string Name, int Dimensions);

/// <summary>The vector of a query.</summary>
/// <param name="Model">What made it.</param>
/// <param name="Unit">The vector, of length 1.</param>
internal sealed record QueryVector(VectorModel Model, float[] Unit);

/// <summary>A stored message that is to get a vector.</summary>
/// <param name="Scope">Whose it is.</param>
/// <param name="Conversation">Its conversation.</param>
/// <param name="Id">Its id there.</param>
/// <param name="Hash">Of the text that is embedded: one that was changed or forgotten meanwhile gets no vector.</param>
/// <param name="Text">What is embedded: without secrets, as it is kept.</param>
internal sealed record EmbeddableMessage(MemoryScope Scope, string Conversation, string Id, long Hash, string Text)
{
    public static EmbeddableMessage Of(PreparedMessage message) =>
        new(message.Scope, message.Message.ConversationId, message.Message.Id!, message.Hash, Embedder.Shorten(message.Message.Content));
}

/// <summary>A store that keeps vectors beside its messages.</summary>
internal interface IVectorStore
{
    /// <summary>Keeps the vectors of messages that are still there as they were.</summary>
    /// <returns>How many were kept.</returns>
    Task<int> SaveVectorsAsync(VectorModel model, IReadOnlyList<(EmbeddableMessage Message, float[] Unit)> vectors, CancellationToken cancellationToken);

    /// <summary>Messages of the scope without a vector of the model, newest conversations first.</summary>
    /// <param name="scope">Whose.</param>
    /// <param name="model">The model; 0 dimensions when they are not known yet.</param>
    /// <param name="from">Where the page before ended; null begins.</param>
    /// <param name="limit">How many to give.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<MessagesWithoutVector> WithoutVectorAsync(MemoryScope scope, VectorModel model, long? from, int limit, CancellationToken cancellationToken);

    /// <summary>Those of the messages that are still there as they were and have no vector of the model.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="model">The model; 0 dimensions when they are not known yet.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<List<EmbeddableMessage>> WithoutVectorAsync(IReadOnlyList<EmbeddableMessage> messages, VectorModel model, CancellationToken cancellationToken);
}

/// <summary>A page of messages that are to get a vector.</summary>
/// <param name="Messages">The messages; none at the end.</param>
/// <param name="Next">Where the next page begins.</param>
internal sealed record MessagesWithoutVector(IReadOnlyList<EmbeddableMessage> Messages, long? Next);
