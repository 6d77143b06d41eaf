namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>One query of a set.</summary>
/// <param name="Id">Its id as JSON, so that a run repeats it as it was.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Conversation">The conversation that is searched; null searches everything.</param>
/// <param name="Relevant">The messages to find; null when somebody else scores the run.</param>
/// <param name="Depth">How many are wanted.</param>
internal sealed record Question(string Id, string Text, string? Conversation, IReadOnlySet<string>? Relevant, int Depth = Question.UsualDepth)
{
    public const int UsualDepth = 20;
}
