namespace Nexus.Claude.Testing;

/// <summary>A door a scripted CLI stops in front of (<see cref="CliScript.WaitFor"/>) until the test opens it.</summary>
public sealed class CliGate
{
    internal CliGate(string path) => Path = path;

    /// <summary>The file whose existence means that the gate is open.</summary>
    public string Path { get; }

    /// <summary>True once the gate is open.</summary>
    public bool IsOpen => File.Exists(Path);

    /// <summary>Opens the gate for good. Calling it again does nothing.</summary>
    public void Open() => File.WriteAllBytes(Path, []);
}
