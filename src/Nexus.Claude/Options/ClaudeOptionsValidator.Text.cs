using System.Diagnostics.CodeAnalysis;
using System.Text;
using Nexus.Claude.Cli;

namespace Nexus.Claude;

/// <content>What a text may hold.</content>
internal sealed partial class ClaudeOptionsValidator
{
    /// <summary>For values that go onto the command line one by one; the whole line is checked later.</summary>
    private const int LongestWord = 16 * 1024;

    /// <summary>A text for <c>initialize</c>: anything that UTF-8 can carry.</summary>
    private void Text(string name, string? value)
    {
        if (value is not null && !IsWellFormed(value))
            Add($"{name} holds half of a surrogate pair, which UTF-8 cannot carry; the text was probably cut in the middle of a character.");
    }

    /// <summary>A text for the command line or the environment.</summary>
    private void Argument(string name, string? value)
    {
        Text(name, value);
        if (value is null)
            return;
        if (value.AsSpan().Contains('\0'))
            Add($"{name} holds a NUL character, which no argument, path or environment variable can carry; remove it.");
        if (Encoding.UTF8.GetByteCount(value) > LongestWord)
            Add($"{name} has {value.Length} characters, too many for a command line; shorten it.");
    }

    private void RequiredIfSet(string name, string? value)
    {
        if (value is not null)
            Required(name, value);
    }

    private bool Required(string name, [NotNullWhen(true)] string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            Add($"{name} is empty; give it a value or leave it out.");
            return false;
        }

        Argument(name, value);
        return true;
    }

    private void Word(string name, string? value)
    {
        if (value is not null)
            RequiredWord(name, value);
    }

    /// <summary>A name without spaces around it and without control characters.</summary>
    private bool RequiredWord(string name, [NotNullWhen(true)] string? value)
    {
        if (!Required(name, value))
            return false;
        if (value != value.Trim() || (HasControl(value) && !value.AsSpan().Contains('\0')))
            Add($"{name} has spaces around it or control characters in it; remove them.");
        return true;
    }

    private void Entries(string name, IList<string> values)
    {
        for (int index = 0; index < values.Count; index++)
        {
            if (RequiredWord($"{name}[{index}]", values[index]) && values[index].Contains(',', StringComparison.Ordinal))
                Add($"{name}[{index}] holds a comma; give each one as an entry of its own.");
        }
    }

    /// <summary>
    /// The CLI drops many a value that it does not know without a word. The known ones are those of the pinned version, so a value that is
    /// new to us passes when the caller brings a CLI of their own.
    /// </summary>
    private void Known(string name, string? value, params string[] known)
    {
        if (value is null || Array.IndexOf(known, value) >= 0)
            return;
        if (string.IsNullOrWhiteSpace(value) || value.Any(c => char.IsControl(c) || c is ' ' or ',') || _options.CliPath is null)
            Add($"{name} is '{value}', which Claude Code does not know; use one of {string.Join(", ", known)}.");
    }

    /// <summary>The path in full, or null after noting why it is none.</summary>
    private string? FullPath(string name, string? path)
    {
        if (!Required(name, path))
            return null;
        if (path.AsSpan().Contains('\0'))
            return null;
        try
        {
            return OptionPaths.Full(_options, path);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or NotSupportedException)
        {
            Add($"{name} is no path: {exception.Message}");
            return null;
        }
    }

    private static bool HasControl(string value) => value.Any(char.IsControl);

    private static bool IsWellFormed(string value)
    {
        // Not IndexOfAnyInRange: it is vectorised for each machine anew, and this is on the way to the first process.
        for (int index = 0; index < value.Length; index++)
        {
            if (!char.IsSurrogate(value[index]))
                continue;
            if (index + 1 == value.Length || !char.IsSurrogatePair(value[index], value[index + 1]))
                return false;
            index++;
        }

        return true;
    }
}
