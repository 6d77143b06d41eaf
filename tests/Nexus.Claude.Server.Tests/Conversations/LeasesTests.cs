using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Redis;

namespace Nexus.Claude.Server.Tests.Conversations;

internal sealed class LeasesTests
{
    [Test]
    public async Task Those_who_wait_come_in_the_order_of_the_line()
    {
        var leases = new LocalLeases();
        var first = await leases.AcquireAsync("x", wait: true, default);
        var order = new List<int>();
        var waiting = Enumerable.Range(0, 5).Select(number => WaitAsync(leases, number, order)).ToArray();
        await first!.DisposeAsync();
        await Task.WhenAll(waiting);
        Assert.That(order, Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
        Assert.That(await leases.AcquireAsync("x", wait: false, default), Is.Not.Null);
    }

    [Test]
    public async Task One_that_leaves_the_line_holds_nobody_up()
    {
        var leases = new LocalLeases();
        var first = await leases.AcquireAsync("x", wait: true, default);
        using var gone = new CancellationTokenSource();
        var leaving = leases.AcquireAsync("x", wait: true, gone.Token).AsTask();
        var staying = leases.AcquireAsync("x", wait: true, default).AsTask();
        await gone.CancelAsync();
        Assert.That(async () => await leaving, Throws.InstanceOf<OperationCanceledException>());
        await first!.DisposeAsync();
        await first.DisposeAsync();
        Assert.That(await staying, Is.Not.Null);
    }

    [Test]
    public async Task Names_are_apart_and_who_does_not_wait_is_told()
    {
        var leases = new LocalLeases();
        await using var first = await leases.AcquireAsync("x", wait: true, default);
        Assert.That(await leases.AcquireAsync("x", wait: false, default), Is.Null);
        Assert.That(await leases.AcquireAsync("y", wait: false, default), Is.Not.Null);
    }

    [Test]
    [Property("gateway-row", 13)]
    public async Task Two_gateways_take_turns_and_a_dead_one_is_waited_for_no_longer_than_its_lease()
    {
        await using var server = await RedisServer.StartAsync();
        var options = Options.Create(new NexusClaudeServerOptions { Redis = { ConnectionString = server.ConnectionString, LeaseTime = TimeSpan.FromSeconds(1) } });
        await using var connection = new RedisConnection(options, NullLogger<RedisConnection>.Instance);
        var (one, other) = (Make(connection, options), Make(connection, options));

        var held = await one.AcquireAsync("x", wait: true, default);
        Assert.That(await other.AcquireAsync("x", wait: false, default), Is.Null);
        var waiting = other.AcquireAsync("x", wait: true, default).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        await held!.DisposeAsync();
        await (await waiting)!.DisposeAsync();

        // A gateway that died: its key is there, and nobody renews it.
        await connection.RunAsync(database => database.StringSetAsync(connection.Key("lease:x"), "dead", TimeSpan.FromMilliseconds(300)), default);
        await (await other.AcquireAsync("x", wait: true, default))!.DisposeAsync();
    }

    private static RedisLeases Make(RedisConnection connection, IOptions<NexusClaudeServerOptions> options) =>
        new(connection, options, TimeProvider.System, NullLogger<RedisLeases>.Instance);

    private static async Task WaitAsync(LocalLeases leases, int number, List<int> order)
    {
        await using var lease = await leases.AcquireAsync("x", wait: true, default);
        order.Add(number);
    }
}
