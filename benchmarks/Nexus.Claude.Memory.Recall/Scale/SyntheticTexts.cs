using System.Text;

namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>
/// Made-up messages with the shape of real ones, the same on every run: seven of ten are prose, three are code; their lengths are
/// log-normal with a mean of 550 characters; words are as frequent as those of a language (Zipf and Mandelbrot), and nearly half of a prose text
/// are function words.
/// </summary>
internal sealed class SyntheticTexts
{
    private const double ShareOfCode = 0.3;
    private const double ShareOfFunctionWords = 0.45;
    private const double Mean = 550;
    private const double Spread = 0.8;
    private const int Vocabulary = 60_000;
    private const int Names = 40_000;

    // So that ten words of a passage occur, together, in about half of all messages.
    private const double WordOffset = 15;
    private const double NameOffset = 40;

    private static readonly string[] FunctionWords =
        ("the of and to in a is that it for was on are as with they at be this from have or by one not but what all were when we there can an "
        + "your which their if do will how about out then them these so some her would make like him into has more no could my than been who its did get").Split(' ');

    private static readonly string[] Syllables =
        "ka lo mi ter san vo ri du pel no gra shi ton be ku ar el ma ste fro li cen ab qui dor ven pri sol hem jat".Split(' ');

    private static readonly string[] Lines =
    [
        "    var {0} = {1}.{2}({0}, {3});", "    if ({0}.{1} is null || {2} > {3})", "        return await {0}.{2}Async({1}).ConfigureAwait(false);",
        "    private readonly {2} _{0} = new({3});", "    foreach (var {0} in {1}.{2})", "        throw new {2}Exception($\"{0} of {{{1}}}\");",
        "    {0}[{3}] = {1} + {2}.{1};", "    // the {0} is kept while {1} reads", "    public {2} {2}{3} {{ get; init; }}", "    }}",
    ];

#pragma warning disable CA5394 // Made-up words need no secrecy, but the same ones each time.
    private readonly Random _random;
    private readonly string[] _words;
    private readonly string[] _names;

    public SyntheticTexts(int seed)
    {
        _random = new Random(seed);
        _words = Distinct(Vocabulary, () => string.Concat(Enumerable.Range(0, _random.Next(2, 5)).Select(_ => Syllables[_random.Next(Syllables.Length)])));
        _names = Distinct(Names, () => Name(_random.Next(2, 4)));
    }

    /// <summary>The text of the next message.</summary>
    public string Message()
    {
        double length = Math.Clamp(Math.Exp(Math.Log(Mean) - Spread * Spread / 2 + Spread * Normal()), 20, 8_000);
        var text = new StringBuilder();
        if (_random.NextDouble() < ShareOfCode)
        {
            while (text.Length < length)
                text.AppendFormat(null, Lines[_random.Next(Lines.Length)], Camel(Frequent(_names, NameOffset)), Camel(Frequent(_names, NameOffset)), Frequent(_names, NameOffset), _random.Next(1_000)).Append('\n');
        }
        else
        {
            while (text.Length < length)
                Sentence(text);
        }

        return text.ToString();
    }

    /// <summary>Eight to twelve words that say something, as a passage of prose has them: most of them common.</summary>
    public string Query() => string.Join(' ', Enumerable.Range(0, _random.Next(8, 13)).Select(_ => Frequent(_words, WordOffset)));

    private void Sentence(StringBuilder text)
    {
        int words = _random.Next(6, 20);
        for (int i = 0; i < words; i++)
        {
            string word = _random.NextDouble() < ShareOfFunctionWords ? FunctionWords[(int)(FunctionWords.Length * Math.Pow(_random.NextDouble(), 2))] : Frequent(_words, WordOffset);
            if (i == 0)
                text.Append(char.ToUpperInvariant(word[0])).Append(word, 1, word.Length - 1);
            else
                text.Append(' ').Append(word);
        }

        text.Append(". ");
    }

    // The n-th of them is (offset + n) times rarer than the offset would be.
    private string Frequent(string[] of, double offset) =>
        of[(int)Math.Min(of.Length - 1, (offset + 1) * Math.Exp(_random.NextDouble() * Math.Log((of.Length + offset) / (offset + 1))) - offset - 1)];

    private string Name(int parts) =>
        string.Concat(Enumerable.Range(0, parts).Select(_ => Frequent(_words, NameOffset)).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
#pragma warning restore CA5394

    private static string[] Distinct(int count, Func<string> next)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var order = new List<string>(count);
        while (order.Count < count)
        {
            string one = next();
            if (found.Add(one))
                order.Add(one);
        }

        return [.. order];
    }
}
