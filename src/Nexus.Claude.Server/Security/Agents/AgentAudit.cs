using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Nexus.Claude.Server.Security;

/// <summary>Writes decisions about tools to the log and, when there is one, to the audit file, a line of JSON each.</summary>
/// <param name="options">The options.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class AgentAudit(IOptions<NexusClaudeServerOptions> options, TimeProvider time, ILogger<AgentAudit> logger) : IAgentAudit, IDisposable
{
    // The file is for people and for grep; it is in no page.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();
    private FileStream? _file;

    /// <inheritdoc/>
    public bool TryRecord(ToolDecision decision)
    {
        logger.ToolDecided(
            decision.RequestId, decision.KeyId, decision.Tool, decision.Folder, decision.IsAllowed ? "allowed" : "denied", decision.Rule);
        if (options.Value.Agent.AuditFile is not { Length: > 0 } path)
            return true;
        try
        {
            var line = Line(decision);
            lock (_gate)
            {
                if (_file is null)
                {
                    PrivateFile.CreateFolderOf(path);
                    _file = PrivateFile.OpenAppend(path);
                }

                _file.Write(line);
                _file.Flush();
            }

            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.AuditNotWritten(path, failure);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _file?.Dispose();
    }

    private byte[] Line(ToolDecision decision)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteString("time"u8, time.GetUtcNow());
            json.WriteString("request_id"u8, decision.RequestId);
            json.WriteString("key_id"u8, decision.KeyId);
            json.WriteString("tool"u8, decision.Tool);
            json.WriteString("tool_use_id"u8, decision.ToolUseId);
            json.WriteString("folder"u8, decision.Folder);
            if (decision.Target is not null)
                json.WriteString("target"u8, decision.Target);
            json.WriteString("decision"u8, decision.IsAllowed ? "allow" : "deny");
            json.WriteString("rule"u8, decision.Rule);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }
}
