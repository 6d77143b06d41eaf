using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Messages;

/// <summary>
/// Estimates the tokens of a prompt. The model's tokenizer is not public and the CLI counts only what it has sent, so this is arithmetic: about
/// four letters a token, one character a token in scripts without spaces, images by their area.
/// </summary>
internal static class TokenEstimate
{
    private const int MessageTokens = 4;
    private const int ToolPromptTokens = 346;
    private const int MostImageTokens = 1600;
    private const int PixelsPerToken = 750;
    private const int PdfBytesPerToken = 40;
    private const int LeastPdfTokens = 1500;

    /// <summary>Estimates.</summary>
    /// <param name="request">The prompt.</param>
    /// <returns>About as many tokens as it has.</returns>
    public static long Of(TurnRequest request)
    {
        var tokens = OfText(request.System) + (request.Tools.Count > 0 ? ToolPromptTokens : 0);
        foreach (var tool in request.Tools)
            tokens += OfText(tool.Name) + OfText(tool.Description) + OfText(tool.Schema.GetRawText());
        foreach (var message in request.Messages)
            tokens += MessageTokens + message.Content.Sum(OfBlock);
        return tokens;
    }

    private static long OfBlock(ContentBlock block) => block switch
    {
        TextBlock text => OfText(text.Text),
        ThinkingBlock thinking => OfText(thinking.Thinking),
        ToolUseBlock call => OfText(call.Name) + OfText(call.Input.GetRawText()) + MessageTokens,
        ToolResultBlock result => result.Content.Sum(OfBlock) + MessageTokens,
        ImageBlock image => OfImage(image),
        DocumentBlock { Source: { Type: "text" } source } => OfText(source.Data),
        DocumentBlock { Source.Data.Length: var length } => Math.Max(LeastPdfTokens, length * 3L / 4 / PdfBytesPerToken),
        _ => LeastPdfTokens,
    };

    private static long OfImage(ImageBlock image) =>
        image.Source.GetBytes() is { } bytes && ImageHeader.Read(bytes) is { Width: > 0, Height: > 0 } header
            ? Math.Min(MostImageTokens, Math.Max(1, (long)header.Width * header.Height / PixelsPerToken))
            : MostImageTokens;

    private static long OfText(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return 0;
        var dense = 0;
        var plain = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            // Scripts without spaces, and symbols beyond the first plane.
            if (rune.Value >= 0x2E80)
                dense++;
            else
                plain += rune.IsAscii ? 2 : 4;
        }

        return dense + ((plain + 7) / 8);
    }
}
