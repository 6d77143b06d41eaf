using Nexus.Claude;
using Nexus.Claude.Testing;

await using var cli = ScriptedCli.Create();
var options = new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath };
foreach (var (name, value) in cli.Environment)
    options.Environment[name] = value;

Console.WriteLine(await ClaudeCode.AskAsync("Hello", options));
