using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Sessions;

/// <summary>
/// Brings entries to a store in the order in which they came: one append after the other, on a task of its own. Whoever adds never waits.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class MirrorWriter(ISessionStore store, TimeProvider time, ILogger logger)
{
    /// <summary>An append that takes longer is given up, and not tried again: it may yet succeed.</summary>
    internal static readonly TimeSpan AppendTimeout = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(800)];

    private readonly Lock _gate = new();
    private readonly List<MirrorBatch> _waiting = [];
    private readonly List<MirrorErrorMessage> _errors = [];
    private MirrorBatch? _current;
    private bool _writing;

    /// <summary>True when something has been reported that nobody has taken yet.</summary>
    public bool HasErrors
    {
        get
        {
            lock (_gate)
                return _errors.Count > 0;
        }
    }

    /// <summary>Adds entries.</summary>
    /// <param name="key">The transcript.</param>
    /// <param name="entries">A JSON array.</param>
    /// <returns>True when so much waits that it should be written.</returns>
    public bool Add(SessionKey key, JsonElement entries)
    {
        lock (_gate)
        {
            foreach (var entry in entries.EnumerateArray())
            {
                var batch = _waiting.FindLast(waiting => waiting.Key == key);
                if (batch is null || batch.IsFull)
                    _waiting.Add(batch = new MirrorBatch(key));
                batch.Add(entry, JsonMarshal.GetRawUtf8Value(entry).Length);
            }

            return _waiting.Exists(batch => batch.IsFull);
        }
    }

    /// <summary>Notes that entries could not be brought to the store.</summary>
    public void Report(SessionKey key, string error)
    {
        lock (_gate)
            _errors.Add(new MirrorErrorMessage { Error = error, Key = key, SessionId = key.SessionId, Uuid = Guid.NewGuid().ToString() });
    }

    /// <summary>Begins to write what waits.</summary>
    /// <returns>Ends when everything that had been added is stored or given up; it never fails.</returns>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            List<Task> pending = [.. _waiting.Select(batch => batch.Done)];
            if (_current is { } current)
                pending.Add(current.Done);
            if (!_writing && _waiting.Count > 0)
            {
                _writing = true;
                // A store may do work before its first await; it must not do it on the caller's time.
                Task.Run(WriteAsync).Observe();
            }

            return pending.Count == 0 ? Task.CompletedTask : Task.WhenAll(pending);
        }
    }

    /// <summary>Takes what has been reported since the last call.</summary>
    public IReadOnlyList<MirrorErrorMessage> TakeErrors()
    {
        lock (_gate)
        {
            MirrorErrorMessage[] taken = [.. _errors];
            _errors.Clear();
            return taken;
        }
    }

    private async Task WriteAsync()
    {
        while (TakeNext() is { } batch)
        {
            try
            {
                if (await TryAppendAsync(batch).ConfigureAwait(false) is { } failure)
                    Report(batch.Key, failure);
            }
            finally
            {
                batch.Complete();
            }
        }
    }

    private MirrorBatch? TakeNext()
    {
        lock (_gate)
        {
            _current = _waiting.Count > 0 ? _waiting[0] : null;
            if (_current is null)
                _writing = false;
            else
                _waiting.RemoveAt(0);
            return _current;
        }
    }

    /// <summary>Appends, up to three times.</summary>
    /// <returns>What went wrong in the end; null when nothing did.</returns>
    private async Task<string?> TryAppendAsync(MirrorBatch batch)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var limit = new CancellationTokenSource(AppendTimeout, time);
            try
            {
                var append = Task.Run(() => store.AppendAsync(batch.Key, batch.Entries, limit.Token), CancellationToken.None);
                append.Observe();
                await append.WaitAsync(limit.Token).ConfigureAwait(false);
                return null;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                logger.MirrorAppendTimedOut(batch.Key.SessionId, batch.Entries.Count, AppendTimeout.TotalSeconds);
                return $"The session store did not take {batch.Entries.Count} entries within {AppendTimeout.TotalSeconds:0} s; they are in the CLI's own transcript only.";
            }
            catch (Exception failure) when (attempt < Pauses.Length)
            {
                logger.MirrorAppendRetried(batch.Key.SessionId, attempt + 1, failure);
            }
            catch (Exception failure)
            {
                logger.MirrorAppendFailed(batch.Key.SessionId, batch.Entries.Count, failure);
                return $"The session store refused {batch.Entries.Count} entries, so they are in the CLI's own transcript only: {failure.Message}";
            }

            await Task.Delay(Pauses[attempt], time).ConfigureAwait(false);
        }
    }
}
