using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory;

/// <content>Damaged files.</content>
public sealed partial class ClaudeMemory
{
    /// <summary>
    /// Saves what is readable of a damaged file into a new one at its place. The damaged one is kept beside it, with <c>.damaged</c> and the
    /// time in its name. Nobody may have it open.
    /// </summary>
    /// <param name="path">The file; null for the default one.</param>
    /// <param name="timeProvider">The clock that names the old file; null for the system's.</param>
    /// <param name="cancellationToken">Ends it; the damaged file is untouched then.</param>
    /// <returns>How many messages were saved.</returns>
    /// <exception cref="MemoryStoreException">There is no file, or it is not damaged but of a newer version.</exception>
    public static Task<int> RepairAsync(string? path = null, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        string full = System.IO.Path.GetFullPath(path ?? DefaultPath());
        return Task.Run(() => new Salvage(full, timeProvider ?? TimeProvider.System).Run(cancellationToken), cancellationToken);
    }
}
