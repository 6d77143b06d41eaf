namespace Nexus.Claude;

/// <content>What requests may be like.</content>
public sealed partial class NexusClaudeServerOptions
{
    /// <summary>What requests may be like, and how replies are sent.</summary>
    public GatewayRequestOptions Requests { get; set => field = value ?? new GatewayRequestOptions(); } = new();
}

/// <summary>What requests may be like, and how replies are sent. A request beyond a limit is refused with a 400 that names the limit.</summary>
public sealed class GatewayRequestOptions
{
    /// <summary>
    /// True refuses requests with members that are unknown here or have no effect; a request can ask for it by <c>nexus.strict</c>. Default
    /// false: they are ignored, and the response header <c>X-Nexus-Ignored-Params</c> names those that OpenAI would have heeded.
    /// </summary>
    public bool Strict { get; set; }

    /// <summary>The most messages of a request. Default 500.</summary>
    public int MaxMessages { get; set; } = 500;

    /// <summary>The most tools of a request. Default 128.</summary>
    public int MaxTools { get; set; } = 128;

    /// <summary>The largest JSON schema of a tool or of a reply, in bytes. Default 64 KiB.</summary>
    public int MaxSchemaBytes { get; set; } = 64 * 1024;

    /// <summary>The most images of a request. Default 20.</summary>
    public int MaxImages { get; set; } = 20;

    /// <summary>The largest image, in bytes. Default 5 MiB.</summary>
    public int MaxImageBytes { get; set; } = 5 * 1024 * 1024;

    /// <summary>The largest width and height of an image, in pixels. Default 8000.</summary>
    public int MaxImagePixels { get; set; } = 8000;

    /// <summary>The most documents of a request. Default 20.</summary>
    public int MaxDocuments { get; set; } = 20;

    /// <summary>The largest document, in bytes. Default 15 MiB.</summary>
    public int MaxDocumentBytes { get; set; } = 15 * 1024 * 1024;

    /// <summary>
    /// How long a stream may be silent before a comment keeps its connection open. The headers of a stream wait for its first piece, at most
    /// this long, so that a failure before has an HTTP status. Default 15 seconds.
    /// </summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(15);
}
