using System.Runtime.CompilerServices;
using Nexus.Claude.Aot;

// Run native: whatever needs reflection or generated code at run time fails here and nowhere else.
Console.WriteLine($"Native: {!RuntimeFeature.IsDynamicCodeSupported}");
var report = new Report();
await OptionChecks.RunAsync(report);
await MessageChecks.RunAsync(report);
await ConversationChecks.RunAsync(report);
await HookChecks.RunAsync(report);
await ControlChecks.RunAsync(report);
await FailureChecks.RunAsync(report);
await PermissionChecks.RunAsync(report);
await PoolChecks.RunAsync(report);
await OutputChecks.RunAsync(report);
await UsageChecks.RunAsync(report);
await ToolChecks.RunAsync(report);
await HostingChecks.RunAsync(report);
await MemoryChecks.RunAsync(report);
await TestingChecks.RunAsync(report);
await ServerChecks.RunAsync(report);
await SessionChecks.RunAsync(report);
return report.Finish();
