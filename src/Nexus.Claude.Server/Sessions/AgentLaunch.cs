using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>
/// How processes for agents of trusted keys are started: Claude Code's own prompt, the tools and folders that <see cref="IAgentMode"/> gives, and
/// the rest as for chat. Each is started for its conversation; none is started ahead, since its folder is the caller's.
/// </summary>
internal static class AgentLaunch
{
    /// <summary>A tool may run for long without a word, so the silence of an agent may last longer than that of a chat.</summary>
    private static readonly TimeSpan LeastSilence = TimeSpan.FromMinutes(15);

    /// <summary>Changes options for chat into those of an agent.</summary>
    /// <param name="options">A copy of the pool's options.</param>
    /// <param name="agents">What agents may do.</param>
    /// <param name="request">The request.</param>
    /// <param name="currentRequest">The request that the process serves at a given moment.</param>
    public static void Fit(ClaudeOptions options, IAgentMode agents, TurnRequest request, Func<string> currentRequest)
    {
        options.SystemPrompt = SystemPrompt.ClaudeCodeWith(request.System);
        if (options.IdleTimeout < LeastSilence)
            options.IdleTimeout = LeastSilence;
        agents.Configure(options, request, currentRequest);
    }
}
