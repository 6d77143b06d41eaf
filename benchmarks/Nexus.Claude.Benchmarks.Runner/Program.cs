using System.Diagnostics;
using Nexus.Claude;
using Nexus.Claude.Benchmarks.Runner;

// One measurement of a whole process; prints one JSON line. Modes: throughput, big, turns, cold, warm, leased, leased-stable, control.
// The variables it takes and the line it prints are those that the driver beside it in the comparison must keep too.
var started = Stopwatch.GetTimestamp();
var mode = args is [var first, ..] ? first : "throughput";
var settings = RunSettings.FromEnvironment(mode);
var measurement = new Measurement(mode, started, settings.StartedUnixMilliseconds);
try
{
    if (mode is "leased" or "leased-stable")
        await Scenario.LeaseAsync(settings, measurement, isFolderStable: mode == "leased-stable");
    else if (mode == "control")
        await Scenario.ControlAsync(settings, measurement);
    else if (settings.Turns == 1)
        await Scenario.QueryAsync(settings, measurement);
    else
        await Scenario.TurnsAsync(settings, measurement);
}
catch (ClaudeException failure)
{
    measurement.Fail(failure);
}

Console.Out.WriteLine(measurement.ToJson(settings.Turns));
return 0;
