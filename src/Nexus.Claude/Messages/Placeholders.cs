namespace Nexus.Claude;

/// <summary>Placeholder until the message types land.</summary>
public sealed record AssistantMessage;

/// <summary>Placeholder until the message types land.</summary>
public sealed record UserMessage;

/// <summary>Placeholder until the message types land.</summary>
public sealed record StreamEventMessage;

/// <summary>Placeholder until the message types land.</summary>
public sealed record UnknownMessage;

/// <summary>Placeholder until the message types land.</summary>
public readonly record struct PermissionMode(string Value);
