using System.Collections;
using System.Runtime.CompilerServices;

namespace Nexus.Claude;

/// <summary>
/// Which skills the main session has. It filters what the model sees and may call; it is no sandbox: the files of other skills stay on disk.
/// The matching permission rule (<c>Skill</c> or <c>Skill(name)</c>) is added for you.
/// </summary>
/// <example><code>options.Skills = ["pdf", "my-plugin:review"];</code></example>
[CollectionBuilder(typeof(SkillSet), nameof(Create))]
public sealed class SkillSet : IEnumerable<string>
{
    private readonly string[] _names;

    private SkillSet(string[] names, bool isAll)
    {
        _names = names;
        IsAll = isAll;
    }

    /// <summary>Every skill that is found.</summary>
    public static SkillSet All { get; } = new([], isAll: true);

    /// <summary>No skill.</summary>
    public static SkillSet None { get; } = new([], isAll: false);

    /// <summary>Exactly the named skills.</summary>
    /// <param name="names">Names as in <c>SKILL.md</c>, or <c>plugin:skill</c>; none means the same as <see cref="None"/>.</param>
    /// <returns>The set.</returns>
    public static SkillSet Of(params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return new SkillSet([.. names], isAll: false);
    }

    /// <summary>Makes the set out of a collection expression.</summary>
    /// <param name="names">The skill names.</param>
    /// <returns>The set.</returns>
    public static SkillSet Create(ReadOnlySpan<string> names) => new(names.ToArray(), isAll: false);

    /// <summary>True for <see cref="All"/>.</summary>
    public bool IsAll { get; }

    /// <summary>The names; empty for <see cref="All"/> and <see cref="None"/>.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_names).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
