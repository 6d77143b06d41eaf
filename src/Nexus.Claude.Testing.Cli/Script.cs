using System.Text.Json;

namespace Nexus.Claude.Testing.Cli;

/// <summary>What the program is to do: the steps of the script file, or none (then it behaves as the CLI does).</summary>
internal sealed class Script
{
    private Script(IReadOnlyList<JsonElement> steps, string? recordDirectory, IReadOnlyList<string> recordedVariables, string version)
    {
        Steps = steps;
        RecordDirectory = recordDirectory;
        RecordedVariables = recordedVariables;
        Version = version;
    }

    public IReadOnlyList<JsonElement> Steps { get; }

    public string? RecordDirectory { get; }

    public IReadOnlyList<string> RecordedVariables { get; }

    public string Version { get; }

    public bool ReadsInput => !Steps.Any(step => step.Text("step") == StepNames.NeverReadInput);

    public static Script Load()
    {
        if (Environment.GetEnvironmentVariable(StepNames.ScriptVariable) is not { Length: > 0 } path)
            return new Script([], null, [], "2.1.330");

        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            root = document.RootElement.Clone();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ScriptException($"the script {path} named by {StepNames.ScriptVariable} cannot be read: {e.Message}");
        }

        List<JsonElement> steps = [.. root.Items("steps")];
        for (int i = 0; i < steps.Count; i++)
        {
            string name = steps[i].Text("step") ?? "";
            if (!StepNames.All.Contains(name))
                throw new ScriptException($"step {i + 1} of {path} is unknown: '{name}'. Known steps: {string.Join(", ", StepNames.All)}.");
        }

        return new Script(
            steps,
            root.Text("record_directory"),
            [.. root.Items("record_variables").Select(item => item.GetString()!)],
            root.Text("version") ?? "2.1.330");
    }
}

/// <summary>The script cannot be played; the program ends with exit code 64 (wrong use).</summary>
internal sealed class ScriptException(string message) : Exception(message);

/// <summary>A recording does not fit what the SDK sent; the program ends with exit code 65 (wrong data).</summary>
internal sealed class ReplayException(string message) : Exception(message);
