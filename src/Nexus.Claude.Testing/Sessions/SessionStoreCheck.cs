namespace Nexus.Claude.Testing;

/// <summary>One promise of <see cref="ISessionStore"/>, and how to see whether a store keeps it.</summary>
public sealed class SessionStoreCheck
{
    private readonly Func<SessionStoreProbe, Task> _run;
    private readonly Func<ISessionStore, CancellationToken, Task>? _use;

    internal SessionStoreCheck(string name, Func<SessionStoreProbe, Task> run)
    {
        Name = name;
        _run = run;
    }

    internal SessionStoreCheck(
        string name, SessionStoreCapabilities needs, Func<ISessionStore, CancellationToken, Task>? use, Func<SessionStoreProbe, Task> run)
        : this(name, run)
    {
        Needs = needs;
        _use = use;
    }

    /// <summary>The promise, in words.</summary>
    public string Name { get; }

    /// <summary>The capabilities that the promise is about; <see cref="SessionStoreCapabilities.None"/> for what every store must do.</summary>
    public SessionStoreCapabilities Needs { get; }

    /// <summary>
    /// Checks a store. Every check uses project keys of its own, so the store need not be empty, and nothing is cleaned up that the store
    /// cannot delete. For a store without the capability that the promise is about, it checks that the member says so.
    /// </summary>
    /// <param name="createStore">Makes or hands out the store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when the promise is kept.</returns>
    /// <exception cref="SessionStoreContractException">The promise is not kept; the message says what came instead.</exception>
    public async Task RunAsync(Func<ISessionStore> createStore, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(createStore);
        var store = createStore();
        var probe = new SessionStoreProbe(Name, store, cancellationToken);
        try
        {
            if ((store.Capabilities & Needs) == Needs)
                await _run(probe).ConfigureAwait(false);
            else if (_use is not null)
                await probe.ExpectNotSupportedAsync(Needs, _use).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (SessionStoreContractException or OperationCanceledException))
        {
            throw new SessionStoreContractException(Name, $"the store threw {failure.GetType().Name}: {failure.Message}", failure);
        }
    }

    /// <summary>The promise, in words.</summary>
    /// <returns>The value of <see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
