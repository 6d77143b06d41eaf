using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>Runs turns on processes of the CLI: one that already holds the conversation, one started ahead, or a fresh one.</summary>
internal interface ISessionTurns : ITurnRunner
{
    /// <summary>Interrupts the running turn of a conversation or request. Its stream ends with <see cref="EndReason.Interrupted"/>.</summary>
    /// <param name="caller">Who asks; turns of others are not found.</param>
    /// <param name="id">The conversation's id, the request's id, or the id of a response.</param>
    /// <returns>False when no such turn runs.</returns>
    bool TryInterrupt(Security.Caller caller, string id);
}
