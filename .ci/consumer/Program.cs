using Nexus.Claude;
using Nexus.Claude.Memory;
using Nexus.Claude.Testing;

await using var cli = ScriptedCli.Create();
var options = new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath };
foreach (var (name, value) in cli.Environment)
    options.Environment[name] = value;

Console.WriteLine(await ClaudeCode.AskAsync("Hello", options));

var folder = Directory.CreateTempSubdirectory();
await using (var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = Path.Combine(folder.FullName, "memory.db") }))
    Console.WriteLine($"{await memory.CountMessagesAsync()} messages remembered");
folder.Delete(recursive: true);
