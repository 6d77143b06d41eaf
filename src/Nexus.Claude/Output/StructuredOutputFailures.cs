using System.Text.Json;

namespace Nexus.Claude.Output;

/// <summary>Says in words why there is no typed answer.</summary>
internal static class StructuredOutputFailures
{
    private const string Mismatch = "Output does not match required schema: ";
    private const int MostErrors = 5;

    public static StructuredOutputException RetriesExhausted(
        ResultMessage result, TurnOutcome outcome, string schema, IReadOnlyList<StructuredOutputError> errors)
    {
        var told = TurnOutcome.TextOf(result);
        if (outcome.HasOutputTool == false)
            return SchemaIgnored(result, outcome, schema);
        // Where only the CLI sees the mistake, its words are all there is.
        if (errors.Count == 0)
            errors = [new StructuredOutputError("", told.Contains(Mismatch, StringComparison.Ordinal) ? told[(told.IndexOf(Mismatch, StringComparison.Ordinal) + Mismatch.Length)..] : told)];
        return new StructuredOutputException(
            StructuredOutputFailure.RetriesExhausted,
            $"The model gave no answer that fits {schema}. {told}. "
            + "Describe the members better ([Description]), loosen the schema, or raise ClaudeOptions.MaxStructuredOutputRetries.",
            result,
            outcome.LastOutput,
            errors);
    }

    public static StructuredOutputException NotProduced(ResultMessage result, TurnOutcome outcome, string schema) =>
        outcome.HasOutputTool == false
            ? SchemaIgnored(result, outcome, schema)
            : new StructuredOutputException(
                StructuredOutputFailure.NotProduced,
                $"The model ended the turn without an answer in {schema}; it has only text (Result.Text). "
                + "Ask for the answer in the prompt, or check that the turn was run with the schema in its options.",
                result,
                null,
                []);

    public static StructuredOutputException Invalid(
        ResultMessage result, JsonElement output, string schema, IReadOnlyList<StructuredOutputError> errors) => new(
        StructuredOutputFailure.Invalid,
        $"The answer does not fit {schema}: {string.Join("; ", errors.Take(MostErrors))}"
        + (errors.Count > MostErrors ? $"; and {errors.Count - MostErrors} more." : "."),
        result,
        output,
        errors);

    public static StructuredOutputException NotReadable(ResultMessage result, JsonElement output, string type, JsonException mistake) => new(
        StructuredOutputFailure.NotReadable,
        $"The answer cannot be read as {type}: {mistake.Message}",
        result,
        output,
        [new StructuredOutputError(Pointer(mistake.Path), mistake.Message)],
        mistake);

    private static StructuredOutputException SchemaIgnored(ResultMessage result, TurnOutcome outcome, string schema) => new(
        StructuredOutputFailure.SchemaIgnored,
        $"The Claude Code CLI could not compile {schema} and ignored it. Look for keywords, formats or patterns that JSON Schema for JavaScript does not know.",
        result,
        outcome.LastOutput,
        []);

    /// <summary>The serialiser's path (<c>$.lines[0].price</c>) as a JSON pointer.</summary>
    private static string Pointer(string? path) =>
        string.Concat((path ?? "").TrimStart('$').Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries).Select(static step => "/" + step.Trim('\'')));
}
