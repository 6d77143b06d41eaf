namespace Nexus.Claude.Testing;

/// <summary>
/// The whole environment of a hermetic CLI run: a scratch home, a dummy key, a Messages API on loopback and nothing of the surrounding
/// environment but what a process needs to start. Nothing of the user's account, settings or sessions is read or written.
/// </summary>
/// <remarks>
/// Give <see cref="Variables"/> to the CLI as its complete environment, not on top of the parent's. Disposing deletes the scratch folder
/// with everything the CLI wrote; dispose it after the CLI has exited.
/// </remarks>
public sealed class HermeticCliEnvironment : IAsyncDisposable
{

    // What a process needs to start and to find its tools and certificates; nothing that carries an identity.
    private static readonly string[] Passed = OperatingSystem.IsWindows()
        ? ["PATH", "PATHEXT", "SystemRoot", "SystemDrive", "ComSpec", "windir", "ProgramFiles", "ProgramFiles(x86)", "ProgramData",
            "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "CLAUDE_CODE_GIT_BASH_PATH", "DOTNET_ROOT"]
        : ["PATH", "LANG", "LC_ALL", "DOTNET_ROOT"];

    private HermeticCliEnvironment(string root, Uri apiBaseAddress)
    {
        RootDirectory = root;
        HomeDirectory = Directory.CreateDirectory(Path.Combine(root, "home")).FullName;
        ConfigDirectory = Directory.CreateDirectory(Path.Combine(root, "config")).FullName;
        WorkingDirectory = Directory.CreateDirectory(Path.Combine(root, "work")).FullName;
        string temp = Directory.CreateDirectory(Path.Combine(root, "tmp")).FullName;

        var variables = new Dictionary<string, string>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (string name in Passed)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                variables[name] = value;
        }

        variables["HOME"] = HomeDirectory;
        variables["CLAUDE_CONFIG_DIR"] = ConfigDirectory;
        variables["ANTHROPIC_API_KEY"] = "sk-ant-scripted-000000000000";
        variables["ANTHROPIC_BASE_URL"] = apiBaseAddress.GetLeftPart(UriPartial.Authority);
        variables["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1";
        variables["DISABLE_AUTOUPDATER"] = "1";
        variables["DISABLE_TELEMETRY"] = "1";
        variables["DISABLE_ERROR_REPORTING"] = "1";
        variables["NO_PROXY"] = "127.0.0.1,localhost";
        if (OperatingSystem.IsWindows())
        {
            variables["USERPROFILE"] = HomeDirectory;
            variables["APPDATA"] = Directory.CreateDirectory(Path.Combine(HomeDirectory, "AppData", "Roaming")).FullName;
            variables["LOCALAPPDATA"] = Directory.CreateDirectory(Path.Combine(HomeDirectory, "AppData", "Local")).FullName;
            variables["TEMP"] = temp;
            variables["TMP"] = temp;
        }
        else
        {
            variables["TMPDIR"] = temp;
        }

        Variables = variables.AsReadOnly();
    }

    /// <summary>The scratch folder that holds all others and is deleted in the end.</summary>
    public string RootDirectory { get; }

    /// <summary>The CLI's <c>HOME</c>.</summary>
    public string HomeDirectory { get; }

    /// <summary>The CLI's <c>CLAUDE_CONFIG_DIR</c>: its settings, sessions and transcripts.</summary>
    public string ConfigDirectory { get; }

    /// <summary>An empty folder to start the CLI in.</summary>
    public string WorkingDirectory { get; }

    /// <summary>
    /// The complete environment, names and values. To add to it: <c>new Dictionary&lt;string, string&gt;(environment.Variables)
    /// { ["CLAUDE_CODE_MAX_RETRIES"] = "1" }</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>Makes the scratch folder and the variables.</summary>
    /// <param name="apiBaseAddress">The Messages API to use, such as <see cref="ScriptedMessagesApi.BaseAddress"/>.</param>
    /// <param name="parentDirectory">Where the scratch folder is made; null takes the system's temporary folder.</param>
    /// <returns>The environment.</returns>
    public static HermeticCliEnvironment Create(Uri apiBaseAddress, string? parentDirectory = null)
    {
        ArgumentNullException.ThrowIfNull(apiBaseAddress);
        return new HermeticCliEnvironment(ScratchDirectory.Create("nexus-claude-", parentDirectory), apiBaseAddress);
    }

    /// <summary>Deletes the scratch folder.</summary>
    /// <returns>Completes when it is gone.</returns>
    /// <exception cref="IOException">A process still holds a file in it after two seconds (the CLI was not stopped).</exception>
    public ValueTask DisposeAsync() => ScratchDirectory.DeleteAsync(RootDirectory);
}
