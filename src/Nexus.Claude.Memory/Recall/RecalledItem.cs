namespace Nexus.Claude.Memory;

/// <summary>One thing that was recalled.</summary>
/// <param name="Message">What was said.</param>
/// <param name="Relevance">Why it is here.</param>
public sealed record RecalledItem(MemoryMessage Message, Relevance Relevance);
