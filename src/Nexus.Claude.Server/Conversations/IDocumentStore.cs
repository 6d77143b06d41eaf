namespace Nexus.Claude.Server.Conversations;

/// <summary>
/// Keeps documents of a caller by their id for as long as conversations are kept: responses, and the items that clients refer to by id. Whatever is
/// asked for by another owner than its own is not there.
/// </summary>
/// <remarks>A store that cannot be reached throws a <see cref="Errors.GatewayException"/> with status 503 from every member.</remarks>
internal interface IDocumentStore
{
    /// <summary>Keeps documents: all or none. One with the same id is replaced.</summary>
    /// <param name="owner">Whose they are.</param>
    /// <param name="documents">Their ids and bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when they are kept.</returns>
    ValueTask PutAsync(string owner, IReadOnlyList<(string Id, byte[] Body)> documents, CancellationToken cancellationToken);

    /// <summary>Looks a document up.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its bytes; null when the owner has none of that id.</returns>
    ValueTask<byte[]?> FindAsync(string owner, string id, CancellationToken cancellationToken);

    /// <summary>Removes documents. Does nothing about those that are not there.</summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="ids">Their ids.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when they are gone.</returns>
    ValueTask DeleteAsync(string owner, IReadOnlyList<string> ids, CancellationToken cancellationToken);
}
