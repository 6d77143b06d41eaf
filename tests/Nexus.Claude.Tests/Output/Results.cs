namespace Nexus.Claude.Tests.Output;

/// <summary>Results of turns with a schema.</summary>
internal static class Results
{
    /// <summary>A result with this structured output.</summary>
    public static ResultMessage With(string output) =>
        (ResultMessage)ClaudeMessage.Parse($$"""{"type":"result","subtype":"success","is_error":false,"result":"text","structured_output":{{output}}}""");

    /// <summary>A result without.</summary>
    public static ResultMessage Without { get; } = (ResultMessage)ClaudeMessage.Parse("""{"type":"result","subtype":"success","is_error":false,"result":"just text"}""");
}
