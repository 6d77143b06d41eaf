namespace Nexus.Claude;

/// <summary>
/// A message of a type that this version of the SDK does not know, or that carries no type: see <see cref="ClaudeMessage.Raw"/>.
/// </summary>
public sealed record UnknownMessage : ClaudeMessage
{
    private readonly string _type;

    internal UnknownMessage(string type) => _type = type;

    /// <summary>The wire discriminator <c>type</c>; empty when the message carries none.</summary>
    public override string Type => _type;

    /// <summary>The member <c>subtype</c>; null when the message carries none.</summary>
    public string? Subtype { get; init; }

    /// <summary>Why a message of a known type could not be read as such; null when the type itself is not known.</summary>
    public string? Problem { get; init; }

    private protected override string Describe() => Problem ?? "";
}

/// <summary>A system message of a subtype that this version of the SDK does not know: see <see cref="ClaudeMessage.Raw"/>.</summary>
public sealed record UnknownSystemMessage : SystemMessage
{
    private readonly string _subtype;

    internal UnknownSystemMessage(string subtype) => _subtype = subtype;

    /// <summary>The wire discriminator <c>subtype</c>; empty when the message carries none.</summary>
    public override string Subtype => _subtype;

    /// <summary>Why a message of a known subtype could not be read as such; null when the subtype itself is not known.</summary>
    public string? Problem { get; init; }
}
