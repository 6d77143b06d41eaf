using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using NJsonSchema;
using NJsonSchema.Validation;

namespace Nexus.Claude.Output;

/// <summary>
/// Checks answers against a schema by NJsonSchema and says what is wrong in words. NJsonSchema reflects, so a native program does without:
/// every use stands behind <see cref="RuntimeFeature.IsDynamicCodeSupported"/>, which lets the compiler leave it out.
/// </summary>
internal sealed class SchemaValidator
{
    private const int MostValues = 20;

    private readonly Lock _gate = new();
    // A JsonSchema; a field of that type would keep all of NJsonSchema in a native program.
    private readonly object? _schema;

    /// <summary>Compiles a schema.</summary>
    /// <param name="schema">The schema as JSON, with references into itself only.</param>
    [RequiresUnreferencedCode("NJsonSchema reflects.")]
    [RequiresDynamicCode("NJsonSchema reflects.")]
    public SchemaValidator(string schema)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return;
        var loading = JsonSchema.FromJsonAsync(schema);
        if (!loading.IsCompletedSuccessfully)
            throw new NotSupportedException("The schema could not be compiled.", loading.Exception?.InnerException);
        // Complete already: only references to other documents are waited for, and there are none.
        _schema = loading.GetAwaiter().GetResult();
    }

    /// <summary>Checks an answer.</summary>
    /// <param name="output">The answer.</param>
    /// <param name="isWrapped">Whether the value is the one member of an object, which paths then leave out.</param>
    /// <returns>What is wrong; nothing when it fits.</returns>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only the constructor, which says so, lets this be reached.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only the constructor, which says so, lets this be reached.")]
    public IReadOnlyList<StructuredOutputError> Validate(JsonElement output, bool isWrapped)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return [];
        List<StructuredOutputError> errors = [];
        // A JsonSchema fills in its caches while it validates.
        lock (_gate)
        {
            foreach (var error in ((JsonSchema)_schema!).Validate(LargeIntegers.Soften(output)))
                Add(error, isWrapped, errors);
        }

        errors.RemoveAll(error => error.Rule == nameof(ValidationErrorKind.IntegerExpected) && LargeIntegers.IsAt(output, error.Path, isWrapped));
        return errors;
    }

    private static void Add(object found, bool isWrapped, List<StructuredOutputError> errors)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return;
        var error = (ValidationError)found;
        // What is wrong inside of an element says more than that something is.
        if (error is ChildSchemaValidationError { Kind: ValidationErrorKind.ArrayItemNotValid or ValidationErrorKind.AdditionalPropertiesNotValid } parent)
        {
            foreach (var children in parent.Errors.Values)
            {
                foreach (var child in children)
                    Add(child, isWrapped, errors);
            }

            return;
        }

        var path = Pointer(error.Path);
        errors.Add(new StructuredOutputError(isWrapped ? RootedSchema.Unwrap(path) : path, Words(error), error.Kind.ToString()));
    }

    /// <summary>NJsonSchema's path (<c>#/lines[0].price</c>) as a JSON pointer.</summary>
    private static string Pointer(string? path)
    {
        var pointer = new StringBuilder();
        foreach (var step in (path ?? "").TrimStart('#', '/').Split(['.', '['], StringSplitOptions.RemoveEmptyEntries))
            pointer.Append('/').Append(step.TrimEnd(']').Trim('\''));
        return pointer.ToString();
    }

    private static string Words(object found)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return "";
        var error = (ValidationError)found;
        return error.Kind switch
        {
            ValidationErrorKind.StringExpected => "must be a string",
            ValidationErrorKind.NumberExpected => "must be a number",
            ValidationErrorKind.IntegerExpected => "must be an integer",
            ValidationErrorKind.BooleanExpected => "must be true or false",
            ValidationErrorKind.ObjectExpected => "must be an object",
            ValidationErrorKind.ArrayExpected => "must be an array",
            ValidationErrorKind.NullExpected => "must be null",
            ValidationErrorKind.NoTypeValidates => "has none of the allowed types",
            ValidationErrorKind.PropertyRequired => "is required",
            ValidationErrorKind.NoAdditionalPropertiesAllowed => "is not allowed",
            ValidationErrorKind.NotInEnumeration => "must be one of " + string.Join(", ", error.Schema.Enumeration.Take(MostValues)),
            ValidationErrorKind.NotAnyOf or ValidationErrorKind.NotOneOf => "matches none of the allowed shapes",
            ValidationErrorKind.PatternMismatch => $"must match {error.Schema.Pattern}",
            ValidationErrorKind.StringTooShort => $"must have at least {error.Schema.MinLength} characters",
            ValidationErrorKind.StringTooLong => $"must have at most {error.Schema.MaxLength} characters",
            ValidationErrorKind.NumberTooSmall => $"must not be less than {error.Schema.Minimum ?? error.Schema.ExclusiveMinimum}",
            ValidationErrorKind.NumberTooBig => $"must not be greater than {error.Schema.Maximum ?? error.Schema.ExclusiveMaximum}",
            ValidationErrorKind.TooFewItems => $"must have at least {error.Schema.MinItems} elements",
            ValidationErrorKind.TooManyItems => $"must have at most {error.Schema.MaxItems} elements",
            ValidationErrorKind.DateTimeExpected => "must be a date and time as in 2026-01-31T12:30:00Z",
            ValidationErrorKind.DateExpected => "must be a date as in 2026-01-31",
            ValidationErrorKind.UuidExpected or ValidationErrorKind.GuidExpected => "must be a UUID",
            _ => $"breaks the rule {error.Kind}",
        };
    }
}
