namespace Nexus.Claude.Testing;

/// <summary>One content block of a reply, with the pieces it is streamed in.</summary>
internal abstract record ReplyBlock;

internal sealed record TextReplyBlock(string Text, IReadOnlyList<string> Chunks) : ReplyBlock;

internal sealed record ThinkingReplyBlock(string Thinking, IReadOnlyList<string> Chunks, string Signature) : ReplyBlock;

internal sealed record ToolUseReplyBlock(ToolCall Call) : ReplyBlock;

/// <summary>An HTTP error instead of a message.</summary>
internal sealed record HttpErrorReply(int Status, string Type, string Message, TimeSpan? RetryAfter);

/// <summary>An <c>error</c> event in a stream that had begun with status 200.</summary>
internal sealed record StreamErrorReply(string Type, string Message, int AfterEvents);

/// <summary>A point at which the stream waits for the test.</summary>
internal sealed record ReplyHold(ScriptedGate Gate, int AfterEvents);
