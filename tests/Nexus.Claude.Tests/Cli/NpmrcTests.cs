using CsCheck;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
internal sealed class NpmrcTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["TOKEN"] = "t0ken", ["HOST"] = "npm.corp.test" };

    [TestCase("registry=https://a.test/", "registry", "https://a.test/")]
    [TestCase("  registry  =  https://a.test/  \r", "registry", "https://a.test/")]
    [TestCase("registry = \"https://a.test/\"", "registry", "https://a.test/")]
    [TestCase("registry = 'https://a.test/#x'", "registry", "https://a.test/#x")]
    [TestCase("registry=https://a.test/ ; the mirror", "registry", "https://a.test/")]
    [TestCase("registry=https://a.test/ # the mirror", "registry", "https://a.test/")]
    [TestCase("key=a\\;b\\#c", "key", "a;b#c")]
    [TestCase("registry=https://a.test/\nregistry=https://b.test/", "registry", "https://b.test/")]
    [TestCase("@anthropic-ai:registry=https://scope.test/", "@anthropic-ai:registry", "https://scope.test/")]
    [TestCase("//a.test/npm/:_authToken=abc==", "//a.test/npm/:_authToken", "abc==")]
    [TestCase("//a.test/:_authToken=${TOKEN}", "//a.test/:_authToken", "t0ken")]
    [TestCase("registry=https://${HOST}/x/${TOKEN}/", "registry", "https://npm.corp.test/x/t0ken/")]
    [TestCase("//${HOST}/:_authToken=x", "//npm.corp.test/:_authToken", "x")]
    [TestCase("key=${MISSING}", "key", "${MISSING}")]
    [TestCase("key=${MISSING?}", "key", "")]
    [TestCase("key=${TOKEN?}", "key", "t0ken")]
    [TestCase("key=$TOKEN ${", "key", "$TOKEN ${")]
    [TestCase("always-auth", "always-auth", "true")]
    [TestCase("\uFEFFregistry=https://a.test/", "registry", "https://a.test/")]
    public void A_line_is_read_as_npm_reads_it(string text, string key, string value) =>
        Assert.That(Parse(text), Is.EqualTo(new Dictionary<string, string> { [key] = value }));

    [TestCase("")]
    [TestCase("; registry=https://a.test/\n# registry=https://a.test/\n\n")]
    [TestCase("ca[]=one\nca[]=two")]
    [TestCase("[section]\nregistry=https://a.test/")]
    [TestCase("= value")]
    public void What_says_nothing_about_registries_is_passed_over(string text) => Assert.That(Parse(text), Is.Empty);

    [Test]
    public void Any_text_can_be_read() => Gen.String.Sample(text => Parse(text) is not null);

    private static IReadOnlyDictionary<string, string> Parse(string text) => Npmrc.Parse(text, Variables.GetValueOrDefault);
}
