using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Testing;

/// <summary>
/// What a scripted CLI does, step by step: wait for what the SDK sends, answer, write lines good and bad, misbehave as a process.
/// Every method appends one step and returns the same script.
/// </summary>
/// <remarks>
/// <para>Steps run one after the other. A step that waits takes the first line that fits and leaves the others for later steps. When the
/// input ends while a step waits, the program exits as the real CLI does: 0, or 1 when the last result was an error. When all steps are
/// done, remaining and later control requests are answered as the real CLI would, and the program exits at the end of its input.</para>
/// <para>JSON and text may hold these places, filled when the step runs: <c>{{uuid}}</c> and <c>{{prompt}}</c> of the newest user
/// message, <c>{{request_id}}</c> of the newest control request received, <c>{{sent_request_id}}</c> of the newest one sent,
/// <c>{{session_id}}</c>, <c>{{new_uuid}}</c> (another one each time), <c>{{cwd}}</c> and <c>{{pid}}</c>.</para>
/// </remarks>
/// <example>
/// <code>
/// var script = new CliScript()
///     .AnswerInitialize()
///     .Turn("Hello.")
///     .WriteText("this is not JSON")
///     .Crash();
/// </code>
/// </example>
public sealed partial class CliScript
{
    private readonly JsonArray _steps = [];

    /// <summary>
    /// The names of environment variables whose values go into the record; the names of all variables are recorded anyway.
    /// </summary>
    public IList<string> RecordedVariables { get; } = [];

    /// <summary>The version the program says it has, also to <c>--version</c>. The default is 2.1.330.</summary>
    public string Version { get; set; } = "2.1.330";

    // ---- what the SDK sends

    /// <summary>Waits for <c>initialize</c> and answers it.</summary>
    /// <param name="payloadJson">The payload of the answer; null takes a plausible one.</param>
    /// <returns>The script.</returns>
    public CliScript AnswerInitialize([StringSyntax(StringSyntaxAttribute.Json)] string? payloadJson = null) => AnswerControl("initialize", payloadJson);

    /// <summary>Waits for a control request and answers it with success.</summary>
    /// <param name="subtype">The request's subtype, such as <c>interrupt</c>.</param>
    /// <param name="payloadJson">The payload; null answers as the real CLI would (unknown subtypes with an error).</param>
    /// <returns>The script.</returns>
    public CliScript AnswerControl(string subtype, [StringSyntax(StringSyntaxAttribute.Json)] string? payloadJson = null) =>
        Step(StepNames.AwaitControl, new() { ["subtype"] = subtype, ["reply"] = "success", ["payload"] = Parse(payloadJson, nameof(payloadJson)) });

    /// <summary>Waits for a control request and answers it with an error.</summary>
    /// <param name="subtype">The request's subtype.</param>
    /// <param name="error">The error's text.</param>
    /// <param name="errorCode">The error's code, if any.</param>
    /// <returns>The script.</returns>
    public CliScript RefuseControl(string subtype, string error, string? errorCode = null) =>
        Step(StepNames.AwaitControl, new() { ["subtype"] = subtype, ["reply"] = "error", ["error"] = error, ["error_code"] = errorCode });

    /// <summary>Waits for a control request and does not answer it; <see cref="Respond"/> may do so later.</summary>
    /// <param name="subtype">The request's subtype; null takes any.</param>
    /// <returns>The script.</returns>
    public CliScript AwaitControl(string? subtype = null) =>
        Step(StepNames.AwaitControl, new() { ["subtype"] = subtype, ["reply"] = "none" });

    /// <summary>
    /// From now on answers every control request of a subtype at once with success, whatever step is running, also in the middle of a
    /// burst or a pause.
    /// </summary>
    /// <param name="subtype">The request's subtype.</param>
    /// <param name="payloadJson">The payload; null answers as the real CLI would.</param>
    /// <returns>The script.</returns>
    public CliScript AlwaysAnswer(string subtype, [StringSyntax(StringSyntaxAttribute.Json)] string? payloadJson = null) =>
        Step(StepNames.OnControl, new() { ["subtype"] = subtype, ["reply"] = "success", ["payload"] = Parse(payloadJson, nameof(payloadJson)) });

    /// <summary>From now on answers every control request of a subtype at once with an error.</summary>
    /// <param name="subtype">The request's subtype.</param>
    /// <param name="error">The error's text.</param>
    /// <param name="errorCode">The error's code, if any.</param>
    /// <returns>The script.</returns>
    public CliScript AlwaysRefuse(string subtype, string error, string? errorCode = null) =>
        Step(StepNames.OnControl, new() { ["subtype"] = subtype, ["reply"] = "error", ["error"] = error, ["error_code"] = errorCode });

    /// <summary>From now on never answers control requests of a subtype.</summary>
    /// <param name="subtype">The request's subtype.</param>
    /// <returns>The script.</returns>
    public CliScript NeverAnswer(string subtype) => Step(StepNames.OnControl, new() { ["subtype"] = subtype, ["reply"] = "none" });

    /// <summary>Waits for a user message; its uuid and text are what <c>{{uuid}}</c> and <c>{{prompt}}</c> stand for from here on.</summary>
    /// <returns>The script.</returns>
    public CliScript AwaitUserMessage() => Step(StepNames.AwaitUser);

    /// <summary>Waits for the SDK's answer to a control request this script sent.</summary>
    /// <param name="requestId">The request's id; null takes the newest one sent.</param>
    /// <returns>The script.</returns>
    public CliScript AwaitControlResponse(string? requestId = null) => Step(StepNames.AwaitResponse, new() { ["request_id"] = requestId });

    /// <summary>Waits until the SDK has closed the input.</summary>
    /// <returns>The script.</returns>
    public CliScript AwaitEndOfInput() => Step(StepNames.AwaitEndOfInput);

    // ---- time

    /// <summary>Waits until the test opens a gate; see <see cref="ScriptedCli.CreateGate"/>.</summary>
    /// <param name="gate">The gate.</param>
    /// <returns>The script.</returns>
    public CliScript WaitFor(CliGate gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        return Step(StepNames.AwaitGate, new() { ["path"] = gate.Path });
    }

    /// <summary>Waits for a time. A gate makes a faster and surer test wherever one will do.</summary>
    /// <param name="time">How long.</param>
    /// <returns>The script.</returns>
    public CliScript Pause(TimeSpan time) => Step(StepNames.Pause, new() { ["milliseconds"] = (long)time.TotalMilliseconds });

    /// <summary>Writes a mark into the record, so that a test can wait until the script has come this far.</summary>
    /// <param name="name">The mark's name.</param>
    /// <returns>The script.</returns>
    public CliScript Mark(string name) => Step(StepNames.Mark, new() { ["name"] = name });

    /// <summary>Plays a recorded exchange in lock step and exits as the recording does.</summary>
    /// <param name="path">
    /// The recording: JSON lines with <c>dir</c> (<c>meta</c>, <c>in</c>, <c>out</c>, <c>in_raw</c>, <c>note</c>, <c>eof</c>,
    /// <c>exit</c>) and <c>line</c>. Inputs match by type and control subtype; request ids and user uuids are translated. What the SDK
    /// sends otherwise ends the program with exit code 65 and a message on stderr.
    /// </param>
    /// <param name="addTurnIdentity">
    /// Gives results a <c>user_message_uuid</c> where the recorded client had set no uuid on its prompt but the SDK does, as CLI 2.1.330
    /// itself would; recordings of 2.1.197 stay as they are.
    /// </param>
    /// <returns>The script.</returns>
    public CliScript Replay(string path, bool addTurnIdentity = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Step(StepNames.Replay, new() { ["path"] = Path.GetFullPath(path), ["add_turn_identity"] = addTurnIdentity });
    }

    internal byte[] ToJson(string recordDirectory)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("version"u8, Version);
            writer.WriteString("record_directory"u8, recordDirectory);
            writer.WriteStartArray("record_variables"u8);
            foreach (string name in RecordedVariables)
                writer.WriteStringValue(name);
            writer.WriteEndArray();
            writer.WritePropertyName("steps"u8);
            _steps.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private CliScript Step(string name, JsonObject? members = null)
    {
        var step = new JsonObject { ["step"] = name };
        foreach (var (key, value) in members ?? [])
        {
            if (value is not null)
                step[key] = value.DeepClone();
        }

        _steps.Add((JsonNode)step);
        return this;
    }

    private static JsonNode? Parse(string? json, string parameter)
    {
        try
        {
            return json is null ? null : JsonNode.Parse(json);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"This is not JSON ({e.Message}): {json}", parameter, e);
        }
    }
}
