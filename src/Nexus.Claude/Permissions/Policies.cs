namespace Nexus.Claude.Permissions;

/// <summary>Policies one after the other.</summary>
internal sealed class FirstDecision(IReadOnlyList<PermissionPolicy> policies) : PermissionPolicy
{
    public override async ValueTask<PermissionDecision?> TryDecideAsync(ToolPermissionRequest request, CancellationToken cancellationToken = default)
    {
        foreach (var policy in policies)
        {
            if (await policy.TryDecideAsync(request, cancellationToken).ConfigureAwait(false) is { } decision)
                return decision;
        }

        return null;
    }
}

/// <summary>A callback as a policy.</summary>
internal sealed class Asking(Func<ToolPermissionRequest, CancellationToken, ValueTask<PermissionDecision?>> ask) : PermissionPolicy
{
    public override ValueTask<PermissionDecision?> TryDecideAsync(ToolPermissionRequest request, CancellationToken cancellationToken = default) =>
        ask(request, cancellationToken);
}

/// <summary>Decides by the name of the tool: denies when it has a denial, allows otherwise.</summary>
internal sealed class NamedTools(ToolNames names, Func<ToolPermissionRequest, PermissionDecision>? denial) : PermissionPolicy
{
    public override ValueTask<PermissionDecision?> TryDecideAsync(ToolPermissionRequest request, CancellationToken cancellationToken = default)
    {
        PermissionDecision? decision = null;
        if (names.Match(request))
            decision = denial is not null ? denial(request) : request.WantsPerson ? null : PermissionDecision.Allow();
        return ValueTask.FromResult(decision);
    }
}

/// <summary>Decides by the paths that a tool for files is given.</summary>
internal sealed class RootedPaths(PathRoots roots, bool edits, bool denies) : PermissionPolicy
{
    public override ValueTask<PermissionDecision?> TryDecideAsync(ToolPermissionRequest request, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(denies ? Denial(request) : Allowance(request));

    private PermissionDecision? Allowance(ToolPermissionRequest request) =>
        !request.WantsPerson
        && FileToolPaths.Of(request) is { Paths.Count: > 0 } call
        && (edits || !call.IsEdit)
        && call.Paths.All(path => Path.IsPathFullyQualified(path) && roots.Contain(path))
            ? PermissionDecision.Allow()
            : null;

    private PermissionDecision? Denial(ToolPermissionRequest request)
    {
        if (FileToolPaths.Of(request) is not { } call)
            return null;
        foreach (var path in call.Paths)
        {
            if (!Path.IsPathFullyQualified(path))
                return PermissionDecision.Deny($"Use an absolute path in the place of '{path}'.");
            if (!roots.Contain(path))
                return PermissionDecision.Deny($"The path '{path}' is outside of the folders that may be used: {roots}.");
        }

        return null;
    }
}
