namespace Nexus.Claude.Memory;

/// <summary>What is put before a prompt.</summary>
/// <param name="Text">The framed text.</param>
/// <param name="Items">What is in it, the best first, each with the reasons why.</param>
/// <param name="Tokens">How many tokens the text has, by estimate.</param>
public sealed record RecalledContext(string Text, IReadOnlyList<RecalledItem> Items, int Tokens);
