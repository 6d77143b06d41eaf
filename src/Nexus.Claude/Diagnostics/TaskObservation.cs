namespace Nexus.Claude.Diagnostics;

/// <summary>For tasks whose outcome may find nobody waiting, and reaches the caller on another way if it matters.</summary>
internal static class TaskObservation
{
    /// <summary>Marks a failure as seen, whenever it comes, so that it does not turn up as an unobserved exception.</summary>
    /// <param name="task">The task.</param>
    public static void Observe(this Task task) => _ = task.ContinueWith(
        static ended => _ = ended.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
