namespace Nexus.Claude;

/// <summary>One thing that is wrong with an answer.</summary>
/// <param name="Path">Where, as a JSON pointer into the answer (<c>/lines/0/price</c>); empty for the answer itself.</param>
/// <param name="Message">What, for people: <c>must be a number</c>.</param>
/// <param name="Rule">The broken rule by the validator's name, for example <c>NumberExpected</c>; null when the CLI or the serialiser found it.</param>
public sealed record StructuredOutputError(string Path, string Message, string? Rule = null)
{
    /// <summary>The place and what is wrong there.</summary>
    /// <returns>For example <c>/lines/0/price must be a number</c>.</returns>
    public override string ToString() => $"{(Path.Length == 0 ? "the answer" : Path)} {Message}";
}
