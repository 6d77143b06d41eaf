namespace Nexus.Claude.Pipes;

/// <summary>What waits for a descriptor.</summary>
internal interface IReadyListener
{
    /// <summary>The descriptor is ready, or was a moment ago. Returns at once: everybody else waits meanwhile.</summary>
    void OnReady();
}
