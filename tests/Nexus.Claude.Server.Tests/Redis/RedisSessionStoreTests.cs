using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Redis;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Server.Tests.Redis;

internal sealed class RedisSessionStoreTests
{
    private RedisServer? _server;
    private RedisConnection? _connection;

    private static IReadOnlyList<SessionStoreCheck> Checks => SessionStoreContract.Checks;

    [SetUp]
    public async Task Start()
    {
        _server = await RedisServer.StartAsync();
        var options = Options.Create(new NexusClaudeServerOptions { Redis = { ConnectionString = _server.ConnectionString } });
        _connection = new RedisConnection(options, NullLogger<RedisConnection>.Instance);
    }

    [TearDown]
    public async Task Stop()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [TestCaseSource(nameof(Checks))]
    public Task Keeps_the_contract(SessionStoreCheck check) => check.RunAsync(() => new RedisSessionStore(_connection!, TimeProvider.System));
}
