// One prompt in, the answer token by token out:   dotnet run --project samples/01-hello -- "What is 2 + 2?"

using System.Globalization;
using System.Text;
using Hello;
using Nexus.Claude;
using Nexus.Claude.Testing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = Encoding.UTF8;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

if (args.Length > 1 || (args.Length == 1 && (string.IsNullOrWhiteSpace(args[0]) || args[0].StartsWith("--", StringComparison.Ordinal))))
{
    Console.Error.WriteLine("Give one prompt, in quotation marks, or none: dotnet run --project samples/01-hello -- \"What is 2 + 2?\"");
    return 1;
}

try
{
    using var bar = new DownloadBar();
    var cli = await ClaudeCli.FindAsync(cancellationToken: stop.Token);
    if (cli is not { Source: CliInstallationSource.EnvironmentVariable })
        cli = await ClaudeCli.InstallAsync(progress: bar, cancellationToken: stop.Token);
    var options = new ClaudeOptions { CliPath = cli.Path, IncludePartialMessages = true };

    // Without a login or a key the same CLI talks to a scripted model on this machine. A program for users leaves this line out.
    await using var offline = await OfflineModel.WhenNoCredentialAsync(options, Console.WriteLine, stop.Token);

    await using var client = await ClaudeClient.ConnectAsync(options, stop.Token);
    var turn = client.SendAsync(args.Length == 1 ? args[0] : "What is 2 + 2?", stop.Token);
    await foreach (var text in turn.TextAsync())
        Console.Write(text);

    var result = await turn.ResultAsync();
    var usage = result.TurnUsage;
    Console.WriteLine();
    Console.WriteLine(
        $"Turns: {result.NumTurns}. Tokens: {usage.InputTokens} in, {usage.OutputTokens} out, {usage.CacheReadInputTokens} read from the cache, " +
        $"{usage.CacheCreationInputTokens} written to it. Cost: ${result.SessionCostUsd:0.0000}. Time: {result.Duration.TotalSeconds:0.0} s.");
    if (result.IsSuccess)
        return 0;
    Console.Error.WriteLine($"The turn failed: {result}");
    return 1;
}
catch (Exception) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped.");
    return 130;
}
catch (ClaudeException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
