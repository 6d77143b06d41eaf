using System.Diagnostics;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Protocol;

/// <summary>Waits that end: what is tested here used to hang elsewhere.</summary>
internal static class Bounded
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task InTime(this Task task) => task.WaitAsync(Limit);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task InTime(this ValueTask task) => task.AsTask().WaitAsync(Limit);

    /// <summary>Reads a stream to its end.</summary>
    public static Task<List<ClaudeMessage>> ReadAsync(this IAsyncEnumerable<ClaudeMessage> messages) => ReadToEndAsync(messages).InTime();

    /// <summary>Reads a stream that ends with an exception.</summary>
    public static async Task<(List<ClaudeMessage> Messages, Exception Failure)> ReadToFailureAsync(this IAsyncEnumerable<ClaudeMessage> messages)
    {
        List<ClaudeMessage> read = [];
        try
        {
            await CopyAsync(messages, read).InTime();
        }
        catch (Exception failure) when (failure is not TimeoutException)
        {
            return (read, failure);
        }

        throw new AssertionException($"The stream ended in order after {read.Count} messages.");
    }

    /// <summary>The failure of a task that has to fail.</summary>
    public static async Task<TException> FailureAsync<TException>(this Task task)
        where TException : Exception
    {
        try
        {
            await task.InTime();
        }
        catch (TException failure)
        {
            return failure;
        }

        throw new AssertionException($"No {typeof(TException).Name} came.");
    }

    /// <summary>Options of a client that is to start a scripted CLI.</summary>
    public static ClaudeOptions Options(this ScriptedCli cli)
    {
        var options = new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath };
        foreach (var (name, value) in cli.Environment)
            options.Environment[name] = value;
        return options;
    }

    /// <summary>Waits until a process is no more, neither running nor a zombie.</summary>
    public static async Task GoneAsync(int processId)
    {
        for (var left = 1_000; left > 0; left--)
        {
            if (!Exists(processId))
                return;
            await Task.Delay(10);
        }

        throw new AssertionException($"Process {processId} is still there.");
    }

    public static bool Exists(int processId)
    {
        if (OperatingSystem.IsLinux())
            return Directory.Exists($"/proc/{processId}");
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task<List<ClaudeMessage>> ReadToEndAsync(IAsyncEnumerable<ClaudeMessage> messages)
    {
        List<ClaudeMessage> read = [];
        await CopyAsync(messages, read);
        return read;
    }

    private static async Task CopyAsync(IAsyncEnumerable<ClaudeMessage> messages, List<ClaudeMessage> read)
    {
        await foreach (var message in messages)
            read.Add(message);
    }
}
