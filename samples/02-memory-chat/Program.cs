// A chat that remembers:   dotnet run --project samples/02-memory-chat -- [--memory memory.db]
// Tell it something, leave, start it again and ask. /help lists the commands. Lines may also be piped in.

using System.Globalization;
using System.Text;
using MemoryChat;
using Nexus.Claude;
using Nexus.Claude.Memory;
using Nexus.Claude.Testing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = Encoding.UTF8;
Console.InputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

string? path = args switch
{
    [] => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "nexus-claude", "memory-chat.db"),
    ["--memory", var file] when !string.IsNullOrWhiteSpace(file) => file,
    _ => null,
};
if (path is null)
{
    Console.Error.WriteLine("Give a file for the memory, or nothing for one of your own: dotnet run --project samples/02-memory-chat -- --memory memory.db");
    return 1;
}

try
{
    // Who chats would rather wait than be forgotten.
    await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = path, RecallTimeout = TimeSpan.FromSeconds(10) }, stop.Token);
    var options = new ClaudeOptions { IncludePartialMessages = true }.UseMemory(memory);

    // Without a login or a key the same CLI talks to a scripted model on this machine. A program for users leaves these lines out.
    await using var offline = await OfflineModel.WhenNoCredentialAsync(options, Console.WriteLine, stop.Token);
    if (offline is not null)
        offline.Api.Default = ScriptedMemory.Answer;

    await using var chat = new Chat(memory, options);
    await new Commands(chat, memory, path).RunAsync(stop.Token);
    return 0;
}
catch (Exception) when (stop.IsCancellationRequested)
{
    Console.WriteLine();
    Console.Error.WriteLine("Stopped. What was said is remembered.");
    return 130;
}
catch (Exception e) when (e is ClaudeException or MemoryStoreException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
