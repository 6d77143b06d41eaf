namespace Nexus.Claude.Gateway;

/// <summary>Settings of the older gateway that mean something a little different here.</summary>
internal static class ProcessSettings
{
    /// <summary>What one entry of the cache counts as, since memory is limited by bytes: a thousand entries are the default of 128 MiB.</summary>
    public const long BytesOfReply = 128L * 1024 * 1024 / 1000;

    /// <summary>Sets how many processes there may be. Zero, which meant no pool at all, starts none ahead.</summary>
    /// <param name="options">The options.</param>
    /// <param name="size">The number.</param>
    public static void SetSize(NexusClaudeServerOptions options, int size)
    {
        if (size == 0)
        {
            options.Sessions.MinIdle = 0;
            return;
        }

        options.Sessions.MaxProcesses = size;
        options.Sessions.MinIdle = Math.Min(options.Sessions.MinIdle, size);
    }
}
