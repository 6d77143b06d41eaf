namespace Nexus.Claude.Memory;

/// <summary>Why the memory could not be used.</summary>
public enum MemoryStoreFailure
{
    /// <summary>Something else; the inner exception says what.</summary>
    Other,

    /// <summary>The file is damaged, or no database at all. It was left as it is; <see cref="ClaudeMemory.RepairAsync"/> saves what is readable.</summary>
    Corrupt,

    /// <summary>The file was written by a newer version, or by another program. It was left as it is.</summary>
    Incompatible,

    /// <summary>The file or its folder cannot be written.</summary>
    ReadOnly,

    /// <summary>The disk is full.</summary>
    Full,

    /// <summary>Another process kept the file for longer than this one waited.</summary>
    Busy,

    /// <summary>The file, folder or server cannot be reached.</summary>
    Unavailable,

    /// <summary>The server answered and would not: the key is wrong or not allowed to do this, or the server is too old.</summary>
    Refused,
}
