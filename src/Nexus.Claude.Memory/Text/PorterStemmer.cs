using System.Runtime.CompilerServices;

namespace Nexus.Claude.Memory.Text;

/// <summary>The stemmer of M. F. Porter (1980) for lower-case English words, in place.</summary>
internal static class PorterStemmer
{
    /// <summary>Stems the word in the span.</summary>
    /// <param name="word">A word of a-z. Longer by one than the word is enough room: no step makes a word longer than it was.</param>
    /// <param name="length">The letters of the word.</param>
    /// <returns>The letters of the stem.</returns>
    public static int Stem(Span<char> word, int length)
    {
        if (length <= 2)
            return length;

        var stem = new Letters(word, length);
        stem.Plurals();
        stem.PastAndProgressive();
        stem.FinalY();
        stem.DoubleSuffixes();
        stem.IcFulNess();
        stem.AntEnce();
        stem.FinalE();
        return stem.Length;
    }

    private ref struct Letters(Span<char> word, int length)
    {
        private readonly Span<char> _word = word;
        private int _stem;

        public int Length { get; private set; } = length;

        // Step 1a
        public void Plurals()
        {
            if (_word[Length - 1] != 's')
                return;
            if (Ends("sses") || Ends("ies"))
                Length -= 2;
            else if (_word[Length - 2] != 's')
                Length--;
        }

        // Step 1b
        public void PastAndProgressive()
        {
            if (Ends("eed"))
            {
                if (Measure() > 0)
                    Length--;
                return;
            }

            if (!((Ends("ed") || Ends("ing")) && HasVowel()))
                return;

            Length = _stem;
            if (Ends("at") || Ends("bl") || Ends("iz"))
                _word[Length++] = 'e';
            else if (DoubleConsonant() && _word[Length - 1] is not ('l' or 's' or 'z'))
                Length--;
            else if (MeasureOf(Length) == 1 && ConsonantVowelConsonant(Length))
                _word[Length++] = 'e';
        }

        // Step 1c
        public readonly void FinalY()
        {
            if (_word[Length - 1] == 'y' && HasVowel(Length - 1))
                _word[Length - 1] = 'i';
        }

        // Step 2
        public void DoubleSuffixes()
        {
            if (Length < 3)
                return;
            switch (_word[Length - 2])
            {
                case 'a':
                    _ = Replace("ational", "ate") || Replace("tional", "tion");
                    break;
                case 'c':
                    _ = Replace("enci", "ence") || Replace("anci", "ance");
                    break;
                case 'e':
                    _ = Replace("izer", "ize");
                    break;
                case 'l':
                    _ = Replace("bli", "ble") || Replace("alli", "al") || Replace("entli", "ent") || Replace("eli", "e") || Replace("ousli", "ous");
                    break;
                case 'o':
                    _ = Replace("ization", "ize") || Replace("ation", "ate") || Replace("ator", "ate");
                    break;
                case 's':
                    _ = Replace("alism", "al") || Replace("iveness", "ive") || Replace("fulness", "ful") || Replace("ousness", "ous");
                    break;
                case 't':
                    _ = Replace("aliti", "al") || Replace("iviti", "ive") || Replace("biliti", "ble");
                    break;
                case 'g':
                    _ = Replace("logi", "log");
                    break;
            }
        }

        // Step 3
        public void IcFulNess()
        {
            switch (_word[Length - 1])
            {
                case 'e':
                    _ = Replace("icate", "ic") || Replace("ative", "") || Replace("alize", "al");
                    break;
                case 'i':
                    _ = Replace("iciti", "ic");
                    break;
                case 'l':
                    _ = Replace("ical", "ic") || Replace("ful", "");
                    break;
                case 's':
                    _ = Replace("ness", "");
                    break;
            }
        }

        // Step 4
        public void AntEnce()
        {
            if (Length < 3)
                return;
            bool found = _word[Length - 2] switch
            {
                'a' => Ends("al"),
                'c' => Ends("ance") || Ends("ence"),
                'e' => Ends("er"),
                'i' => Ends("ic"),
                'l' => Ends("able") || Ends("ible"),
                'n' => Ends("ant") || Ends("ement") || Ends("ment") || Ends("ent"),
                'o' => (Ends("ion") && _stem > 0 && _word[_stem - 1] is 's' or 't') || Ends("ou"),
                's' => Ends("ism"),
                't' => Ends("ate") || Ends("iti"),
                'u' => Ends("ous"),
                'v' => Ends("ive"),
                'z' => Ends("ize"),
                _ => false,
            };
            if (found && Measure() > 1)
                Length = _stem;
        }

        // Step 5
        public void FinalE()
        {
            if (_word[Length - 1] == 'e')
            {
                int measure = MeasureOf(Length - 1);
                if (measure > 1 || (measure == 1 && !ConsonantVowelConsonant(Length - 1)))
                    Length--;
            }

            if (_word[Length - 1] == 'l' && DoubleConsonant() && MeasureOf(Length) > 1)
                Length--;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private bool Ends(ReadOnlySpan<char> suffix)
        {
            if (!_word[..Length].EndsWith(suffix))
                return false;
            _stem = Length - suffix.Length;
            return true;
        }

        private bool Replace(ReadOnlySpan<char> suffix, ReadOnlySpan<char> replacement)
        {
            if (!Ends(suffix))
                return false;
            if (Measure() > 0)
            {
                replacement.CopyTo(_word[_stem..]);
                Length = _stem + replacement.Length;
            }

            return true;
        }

        private readonly bool IsConsonant(int at) => _word[at] switch
        {
            'a' or 'e' or 'i' or 'o' or 'u' => false,
            'y' => at == 0 || !IsConsonant(at - 1),
            _ => true,
        };

        private readonly int Measure() => MeasureOf(_stem);

        // The m of [C](VC)^m[V].
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly int MeasureOf(int end)
        {
            int measure = 0;
            bool afterVowel = false;
            for (int i = 0; i < end; i++)
            {
                bool consonant = IsConsonant(i);
                if (consonant && afterVowel)
                    measure++;
                afterVowel = !consonant;
            }

            return measure;
        }

        private readonly bool HasVowel() => HasVowel(_stem);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly bool HasVowel(int end)
        {
            for (int i = 0; i < end; i++)
            {
                if (!IsConsonant(i))
                    return true;
            }

            return false;
        }

        private readonly bool DoubleConsonant() =>
            Length >= 2 && _word[Length - 1] == _word[Length - 2] && IsConsonant(Length - 1);

        private readonly bool ConsonantVowelConsonant(int end) =>
            end >= 3 && IsConsonant(end - 1) && !IsConsonant(end - 2) && IsConsonant(end - 3) && _word[end - 1] is not ('w' or 'x' or 'y');
    }
}
