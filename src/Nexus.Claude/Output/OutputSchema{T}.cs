using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Nexus.Claude.Output;

namespace Nexus.Claude;

/// <summary>The schema of a type, and the way back from an answer to a value of it.</summary>
/// <typeparam name="T">The type of the answer.</typeparam>
public sealed class OutputSchema<T> : OutputSchema
{
    private readonly JsonTypeInfo<T> _type;
    private readonly bool _isWrapped;
    private readonly SchemaValidator? _validator;

    internal OutputSchema(JsonTypeInfo<T> type, RootedSchema schema, SchemaValidator? validator)
        : base(JsonObjectText.Of(schema.Root))
    {
        _type = type;
        _isWrapped = schema.IsWrapped;
        _validator = validator;
    }

    /// <summary>The contract that answers are read by.</summary>
    internal JsonTypeInfo<T> Type => _type;

    /// <summary>Whether the value is the one member of the object on the wire.</summary>
    internal bool IsWrapped => _isWrapped;

    internal override string Name => $"the schema of {typeof(T).Name}";

    /// <summary>Reads the answer of a turn that was run with this schema as its <see cref="ClaudeOptions.OutputSchema"/>.</summary>
    /// <param name="result">The turn's result.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="StructuredOutputException">The model gave no answer that fits; see <see cref="StructuredOutputException.Failure"/>.</exception>
    /// <exception cref="ClaudeResultException">The turn ended with another error.</exception>
    public T Read(ResultMessage result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Read(result, new TurnOutcome());
    }

    /// <summary>Reads the answer of a turn of which more is known than its result.</summary>
    internal T Read(ResultMessage result, TurnOutcome outcome)
    {
        if (result.Subtype == ResultSubtype.ErrorMaxStructuredOutputRetries)
            throw StructuredOutputFailures.RetriesExhausted(result, outcome, Name, outcome.LastOutput is { } last ? Validate(last) : []);
        if (!result.IsSuccess)
            throw outcome.ToException(result);
        if (result.StructuredOutput is not { } output)
            throw StructuredOutputFailures.NotProduced(result, outcome, Name);
        if (Validate(output) is { Count: > 0 } errors)
            throw StructuredOutputFailures.Invalid(result, output, Name, errors);
        return Deserialize(result, output);
    }

    private IReadOnlyList<StructuredOutputError> Validate(JsonElement output) => _validator?.Validate(output, _isWrapped) ?? [];

    private T Deserialize(ResultMessage result, JsonElement output)
    {
        try
        {
            var value = _isWrapped ? RootedSchema.Unwrap(output) : output;
            // Null comes through only where the schema of T allows it.
            return JsonSerializer.Deserialize(value, _type)!;
        }
        catch (JsonException mistake)
        {
            throw StructuredOutputFailures.NotReadable(result, output, typeof(T).Name, mistake);
        }
    }
}
