namespace Nexus.Claude.Memory.Text;

/// <summary>Irregular forms of English and the words that say nothing about a question, in English and Chinese.</summary>
internal static class EnglishWords
{
    // A form, then its base.
    private static readonly string[] Irregular = Parts(
        """
        went go|gone go|goes go|did do|done do|does do|bought buy|brought bring|thought think|taught teach|caught catch|sought seek
        fought fight|ran run|saw see|seen see|ate eat|eaten eat|drank drink|drunk drink|drove drive|driven drive|rode ride|ridden ride
        wrote write|written write|broke break|broken break|spoke speak|spoken speak|chose choose|chosen choose|froze freeze|frozen freeze
        stole steal|stolen steal|woke wake|woken wake|took take|taken take|gave give|given give|forgot forget|forgotten forget|got get
        gotten get|came come|became become|began begin|begun begin|sang sing|sung sing|swam swim|swum swim|rang ring|rung ring|found find
        felt feel|left leave|kept keep|slept sleep|met meet|sent send|spent spend|built build|lent lend|lost lose|made make|paid pay
        said say|sold sell|told tell|heard hear|held hold|stood stand|understood understand|won win|sat sit|shot shoot|threw throw
        thrown throw|grew grow|grown grow|knew know|known know|flew fly|flown fly|drew draw|drawn draw|wore wear|worn wear|tore tear
        torn tear|bore bear|hid hide|hidden hide|bit bite|bitten bite|fell fall|fallen fall|led lead|read read|fed feed|meant mean
        children child|men man|women woman|feet foot|teeth tooth|mice mouse|people person|lives life|wives wife|knives knife
        photos picture|photo picture|photograph picture|photographs picture|pictures picture|indices index|indexes index|vertices vertex
        criteria criterion|analyses analysis|bases basis|better good|best good|worse bad|worst bad
        """);

    private static readonly WordTable Stop = Words(
        """
        a an the and or but nor so yet if then else than as at by for from in into of off on onto out over to up upon with within without
        about above after again against along among around before behind below beneath beside besides between beyond down during except
        inside near outside since through throughout till toward towards under until via
        i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its
        itself they them their theirs themselves who whom whose which what when where why how this that these those there here
        am is are was were be been being do does did doing done have has had having can could shall should will would might must
        im ive id ill youre youve youd youll hes shes theyre theyve theyd theyll weve wed wasnt werent isnt arent aint
        dont doesnt didnt hasnt havent hadnt cant couldnt wont wouldnt shouldnt mustnt lets thats whats whos wheres theres heres
        not no yes just also too very really quite only even still ever never always some any each every all both either neither
        such same other another own more most much many few less least
        please tell say said says know get got let like want need
        """);

    private static readonly WordTable ChineseStop = Words(
        """
        的 了 是 在 和 我 你 他 她 它 吗 呢 吧 啊 呀 们 这 那 有 也 就 都 还 与 及 或 被 把 给 对 从 到 要 会 能 请 不 没 个 上 下 之 其 而 但 很
        什么 怎么 我们 你们 他们 这个 那个 一个 为什 如何 怎样 哪个 哪里 哪些 是否 有没 没有 可以 一下 的是 了吗 是什 么是 请问 帮我
        """);

    private static readonly WordTable IrregularForms = new(IrregularPairs().Select(pair => pair.Form));

    /// <summary>The base form of an irregular form, null when the word is regular.</summary>
    public static string? BaseOf(ReadOnlySpan<char> word) => IrregularForms.IndexOf(word) is var found and >= 0 ? Irregular[found * 2 + 1] : null;

    /// <summary>True when the lower-case surface form tells nothing about what is asked for.</summary>
    public static bool IsStopWord(ReadOnlySpan<char> surface) =>
        surface.Length > 0 && (surface[0] < 0x80 ? Stop : ChineseStop).IndexOf(surface) >= 0;

    /// <summary>All irregular forms, each with its base form.</summary>
    public static IEnumerable<IrregularForm> IrregularPairs()
    {
        for (int i = 0; i < Irregular.Length; i += 2)
            yield return new IrregularForm(Irregular[i], Irregular[i + 1]);
    }

    private static WordTable Words(string text) => new(Parts(text).Distinct(StringComparer.Ordinal));

    private static string[] Parts(string text) => text.Split([' ', '|', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A form of a word that no rule derives.</summary>
internal sealed record IrregularForm(string Form, string Base);
