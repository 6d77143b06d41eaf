using Nexus.Claude.Wire;

namespace Nexus.Claude.Protocol;

/// <summary>
/// Lets prompts through to the CLI, in order. While a turn is being interrupted they wait here: an interrupt names no turn, so one that arrives
/// when its turn has just ended by itself would hit the prompt that comes next.
/// </summary>
/// <param name="writer">The CLI's stdin.</param>
internal sealed class PromptGate(LineWriter writer)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Turn> _held = [];
    private Task _free = Task.CompletedTask;

    /// <summary>Holds all prompts that come from now on.</summary>
    /// <param name="interruption">Ends when they may go; it never fails.</param>
    public void HoldUntil(Task interruption)
    {
        lock (_gate)
            _free = Task.WhenAll(_free, interruption);
    }

    /// <summary>Sends a prompt, now or when the interruptions under way are over.</summary>
    /// <param name="turn">Its turn.</param>
    /// <param name="line">Its line.</param>
    /// <returns>A task that ends when the line has been handed to the operating system, or was taken back.</returns>
    /// <exception cref="IOException">The CLI no longer reads.</exception>
    public Task SendAsync(Turn turn, ReadOnlyMemory<byte> line)
    {
        lock (_gate)
        {
            if (!_free.IsCompleted)
            {
                _held.Add(turn);
                var sent = SendLaterAsync(_free, turn, line);
                _free = sent.ContinueWith(
                    static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                return sent;
            }
        }

        return writer.WriteAsync(line);
    }

    /// <summary>Takes back a prompt that is still here.</summary>
    /// <param name="turn">Its turn.</param>
    /// <returns>False when it has been sent.</returns>
    public bool TryTakeBack(Turn turn)
    {
        lock (_gate)
            return _held.Remove(turn);
    }

    private async Task SendLaterAsync(Task free, Turn turn, ReadOnlyMemory<byte> line)
    {
        await free.ConfigureAwait(false);
        if (TryTakeBack(turn))
            await writer.WriteAsync(line).ConfigureAwait(false);
    }
}
