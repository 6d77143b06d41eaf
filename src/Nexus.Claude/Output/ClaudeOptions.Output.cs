namespace Nexus.Claude;

/// <content>Structured output.</content>
public sealed partial class ClaudeOptions
{
    /// <summary>
    /// How many answers of the model may fail to fit <see cref="OutputSchema"/> before the turn ends with
    /// <c>error_max_structured_output_retries</c> (<c>MAX_STRUCTURED_OUTPUT_RETRIES</c>); null leaves it to the CLI, which takes 5.
    /// </summary>
    public int? MaxStructuredOutputRetries { get; set; }
}
