namespace Nexus.Claude.Pipes;

/// <summary>What waits for a descriptor.</summary>
internal interface IReadyListener
{
    /// <summary>The descriptor is ready, or was a moment ago. Returns at once: everybody else waits meanwhile.</summary>
    /// <returns>What is to be done about it, which may take as long as it likes; null for nothing.</returns>
    IThreadPoolWorkItem? OnReady();
}
