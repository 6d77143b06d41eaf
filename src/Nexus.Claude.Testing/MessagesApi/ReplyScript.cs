namespace Nexus.Claude.Testing;

/// <summary>Decides which reply a request gets: a rule, the queue, the default.</summary>
internal sealed class ReplyScript
{
    private readonly Lock _lock = new();
    private readonly List<(Func<RecordedRequest, bool> Predicate, Func<RecordedRequest, ScriptedReply> Reply)> _rules = [];
    private readonly Queue<Func<RecordedRequest, ScriptedReply>> _queue = [];

    public Func<RecordedRequest, ScriptedReply> Default { get; set; } = DefaultModel.Answer;

    public Func<RecordedRequest, int> TokenCount { get; set; } = request => Math.Max(1, request.Body.GetRawText().Length / 4);

    public int Pending
    {
        get
        {
            lock (_lock)
                return _queue.Count;
        }
    }

    public void Enqueue(Func<RecordedRequest, ScriptedReply> reply)
    {
        lock (_lock)
            _queue.Enqueue(reply);
    }

    public void AddRule(Func<RecordedRequest, bool> predicate, Func<RecordedRequest, ScriptedReply> reply)
    {
        lock (_lock)
            _rules.Add((predicate, reply));
    }

    public ScriptedReply ReplyTo(RecordedRequest request)
    {
        (Func<RecordedRequest, bool> Predicate, Func<RecordedRequest, ScriptedReply> Reply)[] rules;
        lock (_lock)
            rules = [.. _rules];

        foreach (var (predicate, reply) in rules)
        {
            if (predicate(request))
                return reply(request);
        }

        Func<RecordedRequest, ScriptedReply>? next = null;
        if (request.Kind is RequestKind.Conversation)
        {
            lock (_lock)
                _queue.TryDequeue(out next);
        }

        return (next ?? Default)(request);
    }
}
