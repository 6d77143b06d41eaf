using System.Text.Json;

namespace Nexus.Claude;

/// <summary>Why there is no typed answer.</summary>
public enum StructuredOutputFailure
{
    /// <summary>The model never gave a structured answer, although the CLI reminded it.</summary>
    NotProduced,

    /// <summary>The model's answers did not fit the schema, as often as <see cref="ClaudeOptions.MaxStructuredOutputRetries"/> allows.</summary>
    RetriesExhausted,

    /// <summary>The CLI could not compile the schema and ignored it, so the model had no way to give a structured answer.</summary>
    SchemaIgnored,

    /// <summary>An answer came that does not fit the schema.</summary>
    Invalid,

    /// <summary>An answer came that fits the schema but cannot be read as the type, for example a number that is too large.</summary>
    NotReadable,
}

/// <summary>A turn gave no answer that fits its <see cref="ClaudeOptions.OutputSchema"/>.</summary>
/// <param name="failure">The reason.</param>
/// <param name="message">What happened and what to do.</param>
/// <param name="result">The turn's result, with its cost, usage and text.</param>
/// <param name="output">The answer as the model gave it last; null when it gave none.</param>
/// <param name="errors">What is wrong with it.</param>
/// <param name="innerException">The serialiser's error, if any.</param>
public sealed class StructuredOutputException(
    StructuredOutputFailure failure,
    string message,
    ResultMessage result,
    JsonElement? output,
    IReadOnlyList<StructuredOutputError> errors,
    Exception? innerException = null)
    : ClaudeResultException(message, result, innerException)
{
    /// <summary>The reason.</summary>
    public StructuredOutputFailure Failure { get; } = failure;

    /// <summary>The answer as the model gave it last, raw; null when it gave none.</summary>
    public JsonElement? Output { get; } = output;

    /// <summary>What is wrong with the answer, in the order in which it was found; empty when there is no answer.</summary>
    public IReadOnlyList<StructuredOutputError> Errors { get; } = errors;
}
