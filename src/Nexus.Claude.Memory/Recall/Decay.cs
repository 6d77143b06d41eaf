namespace Nexus.Claude.Memory.Recall;

/// <summary>What age leaves of a score.</summary>
internal static class Decay
{
    /// <summary>1 for now and for the future, halfway to the floor after one half-life, the floor in the end.</summary>
    public static double HalfLife(TimeSpan age, TimeSpan halfLife, double floor) =>
        age <= TimeSpan.Zero ? 1 : floor + (1 - floor) * Math.Pow(2, -(age / halfLife));

    /// <summary>The decay of the weighted sum: 1/e after the time given.</summary>
    public static double Exponential(TimeSpan age, TimeSpan eFolding) => age <= TimeSpan.Zero ? 1 : Math.Exp(-(age / eFolding));
}
