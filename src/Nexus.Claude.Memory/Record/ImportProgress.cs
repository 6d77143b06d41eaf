namespace Nexus.Claude.Memory;

/// <summary>How far an import of transcripts is, and in the end what it did.</summary>
/// <param name="Files">How many transcripts there are.</param>
/// <param name="FilesRead">How many were looked at.</param>
/// <param name="FilesSkipped">How many of these were known already, or were recorded while they happened.</param>
/// <param name="Messages">How many messages were stored.</param>
public sealed record ImportProgress(int Files, int FilesRead, int FilesSkipped, long Messages);
