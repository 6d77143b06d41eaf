using System.Runtime.CompilerServices;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>A process with the conversation that it holds. One turn at a time has it.</summary>
/// <param name="lease">The process.</param>
/// <param name="request">The request that it was leased for.</param>
/// <param name="tools">The client's tools that it was told of.</param>
/// <param name="requestId">Holds the request that the process serves at present.</param>
internal sealed class LiveSession(ClaudeLease lease, TurnRequest request, ClientTools tools, StrongBox<string> requestId)
{
    /// <summary>The name by which the pool keeps the process.</summary>
    public string Name { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The process, while a turn has it.</summary>
    public ClaudeLease Lease { get; set; } = lease;

    /// <summary>The client of the process.</summary>
    public ClaudeClient Client => Lease.Client;

    /// <summary>Whose conversation it is.</summary>
    public string CallerKeyId { get; } = request.Caller.KeyId;

    /// <summary>The model it was told to use.</summary>
    public string Model { get; } = request.Model;

    /// <summary>The client's tools that it was told of.</summary>
    public ClientTools Tools => tools;

    /// <summary>The request that the process serves at present, or served last.</summary>
    public StrongBox<string> RequestId => requestId;

    /// <summary>Whether all that it has done is in <see cref="ITranscripts.Store"/>.</summary>
    public bool IsStored { get; set; }

    /// <summary>Whether the client is to send results of tools next.</summary>
    public bool AwaitsTools { get; set; }

    /// <summary>What of a turn's settings is in force.</summary>
    public TurnSettings Settings { get; set; } = TurnSettings.OfNewProcess;

    /// <summary>The key of the conversation that it holds now.</summary>
    public string Key { get; set; } = "";

    /// <summary>The key of the conversation without the last turn; null when it cannot be taken back.</summary>
    public string? KeyBefore { get; set; }

    /// <summary>The last prompt, which a rewind takes back; null for none.</summary>
    public string? LastPromptId { get; set; }

    /// <summary>What the CLI says about the model.</summary>
    /// <returns>The model; null when the CLI does not list it.</returns>
    public ModelInformation? FindModel() =>
        Client.Server.Models.FirstOrDefault(known => known.Value == Model || known.ResolvedModel == Model);

    /// <summary>A description for statistics.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="isRunning">Whether a turn runs.</param>
    /// <returns>The description.</returns>
    public SessionState Describe(TimeProvider time, bool isRunning) => new(
        Name, CallerKeyId, Model, Client.ProcessId, isRunning, !isRunning && AwaitsTools, time.GetUtcNow() - Client.StartedAt, Lease.Turns, MemoryOf(Client.ProcessId));

    private static long? MemoryOf(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return process.WorkingSet64;
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
