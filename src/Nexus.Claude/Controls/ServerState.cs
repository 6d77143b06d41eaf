using Nexus.Claude.Protocol;

namespace Nexus.Claude.Controls;

/// <summary>
/// What the CLI offers, kept up to date. Answers and notices are put in the order of the wire: a notice that came after a request was sent
/// is never older than the answer to it.
/// </summary>
internal sealed class ServerState
{
    private readonly Session _session;
    private readonly Lock _gate = new();
    private ServerInformation _current;
    private CommandsChangedMessage? _seen;

    /// <summary>Begins with the answer to <c>initialize</c>.</summary>
    /// <param name="session">The session whose notices count.</param>
    /// <param name="first">The answer.</param>
    public ServerState(Session session, ServerInformation first)
    {
        _session = session;
        _current = first;
    }

    /// <summary>What holds now.</summary>
    public ServerInformation Current
    {
        get
        {
            lock (_gate)
            {
                if (_session.CommandsChanged is { } notice && !ReferenceEquals(notice, _seen))
                {
                    _seen = notice;
                    _current = _current with { Commands = notice.Commands };
                }

                return _current;
            }
        }
    }

    /// <summary>Sends a request that changes what the CLI offers, and takes over what its answer says.</summary>
    /// <param name="request">Sends the request.</param>
    /// <param name="change">Applies the answer.</param>
    /// <returns>The answer.</returns>
    public async Task<T> RenewAsync<T>(Func<Task<T>> request, Func<ServerInformation, T, ServerInformation> change)
    {
        var before = _session.CommandsChanged;
        var answer = await request().ConfigureAwait(false);
        lock (_gate)
        {
            _current = change(_current, answer);
            _seen = before;
        }

        return answer;
    }
}
