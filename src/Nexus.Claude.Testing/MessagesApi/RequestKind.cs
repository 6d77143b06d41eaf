namespace Nexus.Claude.Testing;

/// <summary>What a request to the scripted Messages API is for.</summary>
/// <remarks>
/// With <c>CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1</c> the CLI 2.1.330 sends nothing but conversation requests on its own; the other
/// kinds come when something asks for them (a title, a side question, <c>/compact</c>, the full context usage).
/// </remarks>
public enum RequestKind
{
    /// <summary>A step of the conversation (or of a subagent's): the queue answers it.</summary>
    Conversation,

    /// <summary>A title for the session. The default answer is a JSON object with a <c>title</c>.</summary>
    SessionTitle,

    /// <summary>A side question, which does not touch the conversation.</summary>
    SideQuestion,

    /// <summary>The summary that replaces a long conversation (<c>/compact</c>, or the CLI's own decision).</summary>
    Compaction,

    /// <summary>A helper's call on the CLI's side, such as reading a fetched web page or a probe of one token.</summary>
    Auxiliary,

    /// <summary><c>POST /v1/messages/count_tokens</c>.</summary>
    TokenCount,

    /// <summary>Anything else: a probe by HEAD or GET, an unknown path.</summary>
    Other,
}
