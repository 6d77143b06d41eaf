using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Nexus.Claude.Tests.Docs;

/// <summary>The code of docs/telemetry.md.</summary>
internal static class SnippetsTelemetry
{
    private static readonly ActivitySource Orders = new("Orders");

    internal static AIFunction Function()
    {
        var lookUp = AIFunctionFactory.Create(
            (string order) =>
            {
                using var span = Orders.StartActivity("look up");   // below "execute_tool mcp__functions__look_up"
                return $"{order} is on its way";
            },
            "look_up");

        return lookUp;
    }

    internal static ClaudeOptions WithContent()
    {
        var options = new ClaudeOptions { IncludeContentInTelemetry = true };

        return options;
    }
}
