namespace Nexus.Claude.Memory.Tests.Store;

internal sealed class SqliteStoreContractTests : StoreContract
{
    protected override Task<ClaudeMemory> OpenAsync(Action<MemoryOptions>? configure = null) => Temporary.OpenAsync(configure);
}
