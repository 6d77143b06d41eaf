namespace Nexus.Claude;

/// <content>The session store.</content>
internal sealed partial class ClaudeOptionsValidator
{
    private void CheckSessionStore()
    {
        Positive("SessionStoreLoadTimeout", _options.SessionStoreLoadTimeout);
        if (_options.SessionStoreFlush is not (SessionStoreFlush.Batched or SessionStoreFlush.Eager))
            Add($"SessionStoreFlush is {_options.SessionStoreFlush}, which is none of its values.");
        if (_options.SessionStore is not { } store)
            return;
        if (!_options.PersistSession)
            Add("SessionStore is set and PersistSession is false; only what the CLI writes to its transcript can be copied, so set one of the two.");
        if (_options.EnableFileCheckpointing)
            Add("SessionStore and EnableFileCheckpointing are both set; checkpoints are not part of a transcript and would be lost, so set one of the two.");
        if (_options.Resume is { Length: > 0 } resume && !Guid.TryParseExact(resume, "D", out _))
            Add($"Resume is '{resume}'; with a SessionStore it must be the id of a session, a UUID.");
        if (_options.Continue && !store.Capabilities.HasFlag(SessionStoreCapabilities.List))
            Add($"Continue is set, but the SessionStore ({store.GetType().Name}) cannot list sessions (SessionStoreCapabilities.List); use Resume.");
    }
}
