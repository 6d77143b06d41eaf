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
    private readonly ControlReply _first;
    private ServerInformation? _current;
    private CommandsChangedMessage? _seen;

    /// <summary>Begins with the answer to <c>initialize</c>.</summary>
    /// <param name="session">The session whose notices count.</param>
    /// <param name="first">The answer. It is read for the first who asks: a program that only talks never does.</param>
    public ServerState(Session session, ControlReply first)
    {
        _session = session;
        _first = first;
    }

    /// <summary>What holds now.</summary>
    /// <exception cref="ProtocolException">The answer is of another form.</exception>
    public ServerInformation Current
    {
        get
        {
            lock (_gate)
            {
                if (_session.CommandsChanged is { } notice && !ReferenceEquals(notice, _seen))
                {
                    _seen = notice;
                    _current = Known with { Commands = notice.Commands };
                }

                return Known;
            }
        }
    }

    private ServerInformation Known => _current ??= ServerInformation.From(_first);

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
            _current = change(Known, answer);
            _seen = before;
        }

        return answer;
    }
}
