using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nexus.Claude.Pipes;

/// <summary>A new pipe of Linux. No program inherits its ends unless it is given them.</summary>
internal sealed unsafe class PipeEnds : IDisposable
{
    /// <summary>Makes a pipe.</summary>
    /// <exception cref="Win32Exception">The program has used up its descriptors.</exception>
    public PipeEnds()
    {
        // Neither is ever one of the standard three: the runtime's own pipes have taken what was free of them.
        var ends = stackalloc int[2];
        if (PipeCalls.Create(ends, PipeCalls.CloseOnExec) < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        Read = new SafeFileHandle(ends[0], ownsHandle: true);
        Write = new SafeFileHandle(ends[1], ownsHandle: true);
    }

    /// <summary>The end to read from.</summary>
    public SafeFileHandle Read { get; }

    /// <summary>The end to write to.</summary>
    public SafeFileHandle Write { get; }

    /// <summary>Closes both ends.</summary>
    public void Dispose()
    {
        Read.Dispose();
        Write.Dispose();
    }
}
