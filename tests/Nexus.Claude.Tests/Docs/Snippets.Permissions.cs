namespace Nexus.Claude.Tests.Docs;

/// <summary>The C# blocks of docs/permissions.md, compiled; <see cref="SnippetTests"/> compares them. Nothing here is run.</summary>
internal static class PermissionSnippets
{
    internal static void Decide(ClaudeOptions options)
    {
        options.CanUseTool = async (request, cancellationToken) =>
        {
            Console.Write($"{request.ToolName} {request.Input} [y/N/a] ");
            return await Console.In.ReadLineAsync(cancellationToken) switch
            {
                "y" => PermissionDecision.Allow(),
                "a" => PermissionDecision.Allow(updatedPermissions: request.Suggestions),
                _ => PermissionDecision.Deny("The user said no."),
            };
        };
    }

    internal static void Compose(ClaudeOptions options)
    {
        var policy = PermissionPolicy.DenyTools("WebFetch", "mcp__mail")
            .Then(PermissionPolicy.DenyOutside("/repo", "/tmp/scratch"))
            .Then(PermissionPolicy.AllowReadsWithin("/repo"))
            .Then(PermissionPolicy.AllowEditsWithin("/tmp/scratch"))
            .Then(PermissionPolicy.AllowTools("WebSearch", "mcp__calculator"))
            .Then(PermissionPolicy.Ask((request, _) => ValueTask.FromResult(
                request.ToolName == "Bash" ? PermissionDecision.Deny("No commands, please.") : null)));

        options.CanUseTool = policy.DecideAsync;
    }

    internal static void Change(ClaudeOptions options)
    {
        options.CanUseTool = (request, _) =>
        {
            if (request.ToolName != "Bash" || request.InputText("command") is not { } command)
                return ValueTask.FromResult(PermissionDecision.Allow());

            var input = System.Text.Json.Nodes.JsonObject.Create(request.Input.Clone())!;
            input["command"] = $"timeout 10 {command}";
            return ValueTask.FromResult(PermissionDecision.AllowWith(
                input,
                [PermissionUpdate.AllowRules("Bash(git status)") with { Destination = PermissionUpdateDestination.LocalSettings }]));
        };
    }

    internal static void Converse(ClaudeOptions options)
    {
        options.CanUseTool = (request, _) =>
        {
            if (request.Questions is [var question, ..])
                return ValueTask.FromResult(request.Answer(question.Answer(question.Options[0].Label)));
            if (request.IsPlan)
                return ValueTask.FromResult(request.ApprovePlan(PermissionMode.AcceptEdits));
            return ValueTask.FromResult(PermissionDecision.Deny("Ask me first."));
        };
    }
}
