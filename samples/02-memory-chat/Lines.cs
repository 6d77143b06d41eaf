namespace MemoryChat;

/// <summary>The lines that are typed or piped in.</summary>
internal static class Lines
{
    /// <summary>Shows the prompt and reads a line; null at the end of the input.</summary>
    public static async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        Console.Write("> ");
        // The console cannot be asked to give up reading, so Ctrl+C leaves it behind.
        string? line = await Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
        if (line is null)
            Console.WriteLine();
        else if (Console.IsInputRedirected)
            Console.WriteLine(line);
        return line?.Trim();
    }
}
