namespace Nexus.Claude.Server.Turns;

/// <summary>One step on the way of a turn. It may refuse, change, answer or watch what the steps behind it do.</summary>
internal interface ITurnStep
{
    /// <summary>Runs a turn.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="next">The steps behind.</param>
    /// <param name="cancellationToken">The client has gone.</param>
    /// <returns>What happens, as <see cref="ITurnRunner.RunAsync"/> says.</returns>
    IAsyncEnumerable<TurnEvent> RunAsync(TurnRequest request, ITurnRunner next, CancellationToken cancellationToken);
}

/// <summary>The order of the steps, first to last.</summary>
internal enum TurnStepOrder
{
    /// <summary>Rates, budgets, the queue, the deadline: what runs at all.</summary>
    Admission,

    /// <summary>The log of a conversation kept here, put before the new messages; the reply is added to it.</summary>
    Conversation,

    /// <summary>Replies kept for equal requests.</summary>
    Cache,
}
