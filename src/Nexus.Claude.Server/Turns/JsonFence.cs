using System.Text;

namespace Nexus.Claude.Server.Turns;

/// <summary>Takes the code fence off a reply that is to be JSON and nothing else, while it is streamed.</summary>
internal sealed class JsonFence
{
    private readonly StringBuilder _held = new();
    private State _state;

    private enum State
    {
        Start,
        Plain,
        Fenced,
    }

    /// <summary>Takes a piece of the reply.</summary>
    /// <param name="piece">The piece.</param>
    /// <returns>What can be passed on; the rest waits for the next piece.</returns>
    public string Push(string piece)
    {
        if (_state == State.Plain)
            return piece;
        _held.Append(piece);
        if (_state == State.Start && !Decide())
            return "";
        return _state == State.Plain ? Release(_held.Length) : Release(EndOfContent());
    }

    /// <summary>The reply is complete.</summary>
    /// <returns>What was still waiting.</returns>
    public string Finish()
    {
        var held = _held.ToString();
        _held.Clear();
        return _state == State.Fenced ? held.Replace("```", "", StringComparison.Ordinal).TrimEnd() : held;
    }

    private bool Decide()
    {
        var held = _held.ToString();
        var start = held.AsSpan().TrimStart();
        if (start.IsEmpty || (start.Length < 3 && "```".AsSpan().StartsWith(start)))
            return false;
        if (!start.StartsWith("```"))
        {
            _state = State.Plain;
            return true;
        }

        // The first line is the fence with its language.
        var end = held.IndexOf('\n', held.Length - start.Length);
        if (end < 0)
            return false;
        _held.Remove(0, end + 1);
        _state = State.Fenced;
        return true;
    }

    // White space and backticks at the end may be the closing fence.
    private int EndOfContent()
    {
        var end = _held.Length;
        while (end > 0 && (_held[end - 1] == '`' || char.IsWhiteSpace(_held[end - 1])))
            end--;
        return end;
    }

    private string Release(int length)
    {
        var released = _held.ToString(0, length);
        _held.Remove(0, length);
        return released;
    }
}
