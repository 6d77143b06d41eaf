using System.Text;
using Nexus.Claude.Server.Tests.ChatCompletions;

namespace Nexus.Claude.Server.Tests.Turns;

[Property("gateway-row", 21)]
[Property("seed-row", 108)]
[Property("seed-row", 109)]
internal sealed class MediaInputTests
{
    /// <summary>A PNG of one pixel.</summary>
    public const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    private const string Gif = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

    [Test]
    public async Task A_data_url_becomes_an_image_block_of_the_kind_that_its_bytes_are()
    {
        var right = await Image($"data:image/png;base64,{Png}");
        Assert.That((right.Source.Type, right.Source.MediaType, right.Source.Data), Is.EqualTo(("base64", "image/png", Png)));
        var wrong = await Image($"data:image/jpeg;base64,{Gif}");
        Assert.That(wrong.Source.MediaType, Is.EqualTo("image/gif"));
    }

    [Test]
    public async Task The_url_may_stand_there_without_an_object()
    {
        var request = await Translate.Messages($$"""[{"role":"user","content":[{"type":"image_url","image_url":"data:image/png;base64,{{Png}}"}]}]""");
        Assert.That(request.Turn.Messages[0].Content.Single(), Is.InstanceOf<ImageBlock>());
    }

    [Test]
    [Property("gateway-row", 22)]
    public async Task An_https_address_is_passed_on_and_not_opened()
    {
        var image = await Image("https://example.invalid/a.png?x=1");
        Assert.That((image.Source.Type, image.Source.Url), Is.EqualTo(("url", "https://example.invalid/a.png?x=1")));
    }

    [TestCase("http://169.254.169.254/latest/meta-data")]
    [TestCase("http://example.com/a.png")]
    [TestCase("file:///etc/passwd")]
    [TestCase("/etc/passwd")]
    [TestCase("ftp://example.com/a.png")]
    [TestCase("C:\\secret.png")]
    [TestCase("")]
    [TestCase("data:image/png;base64,!!!!")]
    [TestCase("data:image/png;base64,")]
    [TestCase("data:image/png;base64,aGVsbG8=")]
    [TestCase("data:image/png")]
    public async Task Any_other_address_or_content_is_refused_by_its_name(string url)
    {
        var error = await Translate.Fails(() => Translate.Messages(
            $$"""[{"role":"user","content":"Hi"},{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":{{Translate.Json(url)}} } }]}]"""));
        Assert.That((error.Status, error.Param), Is.EqualTo((400, "messages[1].content[1].image_url.url")));
    }

    [Test]
    public async Task Images_are_limited_in_size_pixels_and_number()
    {
        var large = Convert.ToBase64String([.. Convert.FromBase64String(Png), .. new byte[5 * 1024 * 1024]]);
        Assert.That((await Fails($"data:image/png;base64,{large}")).Code, Is.EqualTo("invalid_image"));
        var bytes = Convert.FromBase64String(Png);
        bytes[18] = 0x40;
        Assert.That((await Fails($"data:image/png;base64,{Convert.ToBase64String(bytes)}")).Code, Is.EqualTo("image_too_large"));
        var part = $$"""{"type":"image_url","image_url":{"url":"data:image/png;base64,{{Png}}"} }""";
        var error = await Translate.Fails(() => Translate.Messages($$"""[{"role":"user","content":[{{string.Join(',', Enumerable.Repeat(part, 21))}}]}]"""));
        Assert.That(error.Code, Is.EqualTo("too_many_images"));
    }

    [Test]
    [Property("gateway-row", 23)]
    public async Task A_pdf_and_a_text_become_documents()
    {
        var pdf = Convert.ToBase64String("%PDF-1.4\n..."u8);
        var document = (DocumentBlock)await File($"\"file_data\":\"data:application/pdf;base64,{pdf}\",\"filename\":\"a.pdf\"");
        Assert.That((document.Source.Type, document.Source.MediaType, document.Source.Data, document.Title), Is.EqualTo(("base64", "application/pdf", pdf, "a.pdf")));

        var text = (DocumentBlock)await File($"\"file_data\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes("汉字, text"))}\",\"filename\":\"a.md\"");
        Assert.That((text.Source.Type, text.Source.Data, text.Title), Is.EqualTo(("text", "汉字, text", "a.md")));
        Assert.That(await File($"\"file_data\":\"data:image/png;base64,{Png}\""), Is.InstanceOf<ImageBlock>());
    }

    [TestCase("\"file_id\":\"file-1\"", "messages[0].content[0].file.file_id")]
    [TestCase("\"filename\":\"a\"", "messages[0].content[0].file.file_data")]
    [TestCase("\"file_data\":\"data:application/zip;base64,UEsDBAD/AA==\"", "messages[0].content[0].file.file_data")]
    [Property("gateway-row", 23)]
    public async Task Other_files_are_refused(string file, string param)
    {
        var error = await Translate.Fails(() => Translate.Messages($$"""[{"role":"user","content":[{"type":"file","file":{ {{file}} } }]}]"""));
        Assert.That((error.Status, error.Param), Is.EqualTo((400, param)));
    }

    private static async Task<ImageBlock> Image(string url)
    {
        var request = await Translate.Messages($$"""[{"role":"user","content":[{"type":"image_url","image_url":{"url":{{Translate.Json(url)}},"detail":"high"} }]}]""");
        return (ImageBlock)request.Turn.Messages[0].Content.Single();
    }

    private static Task<Nexus.Claude.Server.Errors.GatewayException> Fails(string url) => Translate.Fails(async () =>
    {
        await Image(url);
        throw new AssertionException("The image was taken.");
    });

    private static async Task<ContentBlock> File(string file)
    {
        var request = await Translate.Messages($$"""[{"role":"user","content":[{"type":"file","file":{ {{file}} } }]}]""");
        return request.Turn.Messages[0].Content.Single();
    }
}
