using System.Text.Json;
using CsCheck;

namespace Nexus.Claude.Tests.Wire;

/// <summary>Any JSON, with white space and escapes in every place that allows them.</summary>
internal static class JsonTexts
{
    internal static readonly Gen<string> Space = Gen.OneOf<string>("", "", "", " ", "\t\r\n");

    internal static readonly Gen<string> Text = Gen.OneOf<string>(
        Gen.String[0, 40].Select(text => JsonSerializer.Serialize(text)),
        Gen.OneOf<string>("\"\"", "\"type\"", "\"a\\u0041\\n\\\\\\\"\\/\\b\\f\\r\\t\"", "\"\\ud83d\\ude00\"", $"\"{new string('x', 70)}\\n{new string('y', 33)}\""));

    private static readonly Gen<string> Scalar = Gen.OneOf<string>(
        Gen.OneOf<string>("null", "true", "false", "0", "-0", "-1", "7", "1.5", "-0.25e-3", "1E+4", "123456789012345678", "1234567890123456789", "123456789012345678901234567890"),
        Text);

    /// <summary>A value that is nested so deep at most.</summary>
    internal static Gen<string> OfDepth(int depth)
    {
        if (depth == 0)
            return Scalar;
        var inner = OfDepth(depth - 1);
        return Gen.OneOf<string>(
            Scalar,
            Gen.Select(Space, inner, Space).Select((before, value, after) => before + value + after).Array[0, 4].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(Space, Text, Space, inner, Space).Select((a, name, b, value, c) => $"{a}{name}{b}:{value}{c}").Array[0, 4].Select(items => $"{{{string.Join(',', items)}}}"));
    }
}
