using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests;

[Property("gateway-row", 40)]
internal sealed partial class StatusPageTests
{
    private const string Markup = "<img src=x onerror=document.title='hacked'>";

    [Test]
    public async Task The_page_needs_nothing_from_elsewhere_and_runs_nothing_but_its_own_script()
    {
        await using var host = await GatewayHost.StartAsync();
        foreach (var path in new[] { "/", "/status.css", "/status.js" })
        {
            using var response = await host.Client.GetAsync(new Uri(path, UriKind.Relative));
            var text = await response.Content.ReadAsStringAsync();
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(policy, Does.StartWith("default-src 'none'").And.Contain("frame-ancestors 'none'").And.Not.Contain("unsafe"));
                Assert.That(response.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
                Assert.That(text, Does.Not.Contain("http://").And.Not.Contain("https://").And.Not.Contain("innerHTML").And.Not.Contain("insertAdjacent").And.Not.Contain("document.write"));
                Assert.That(InlineScript().IsMatch(text), Is.False, "the policy would stop it");
            }
        }
    }

    [Test]
    public async Task A_browser_shows_the_numbers_and_takes_names_for_text_and_not_for_markup()
    {
        RequireBrowser();
        await using var host = await GatewayHost.StartAsync(map: TurnRoute.Map);
        for (var number = 0; number < 3; number++)
            (await host.PostAsync(TurnRoute.Path, "Hello")).Dispose();
        await host.Services.GetRequiredService<ITurnRunner>().RunAsync(TurnRoute.Request(Caller.Anonymous, model: Markup), default).ToListAsync();

        await using var browser = await Browser.OpenAsync(host.Address);
        await browser.UntilAsync("document.getElementById('state').textContent === 'Live'");
        var text = (await browser.EvaluateAsync("document.body.innerText")).GetString();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(text, Does.Contain("sonnet").And.Contain("168").And.Contain("$0.05").And.Contain("completed").And.Contain(Markup));
            Assert.That((await browser.EvaluateAsync("document.title")).GetString(), Is.EqualTo("Nexus.Claude gateway"));
            Assert.That((await browser.EvaluateAsync("document.images.length")).GetInt32(), Is.Zero);
            Assert.That((await browser.EvaluateAsync("document.getElementById('login').hidden")).GetBoolean());
            Assert.That((await browser.EvaluateAsync("document.documentElement.scrollWidth <= document.documentElement.clientWidth")).GetBoolean(), "nothing is cut off");
        }

        await SaveAsync(browser, "status.png");
    }

    [Test]
    public async Task A_browser_asks_for_a_key_where_there_are_keys_and_keeps_it_in_its_tab()
    {
        RequireBrowser();
        await using var host = await GatewayHost.StartAsync(configure: static options => options.Security.Keys.Add(new GatewayKeyOptions { Id = "alice", Key = "key-of-alice" }));
        await using var browser = await Browser.OpenAsync(host.Address);
        await browser.UntilAsync("!document.getElementById('login').hidden");
        Assert.That((await browser.EvaluateAsync("document.getElementById('tiles').children.length")).GetInt32(), Is.Zero, "no numbers without a key");
        await SaveAsync(browser, "status-key.png");

        await EnterAsync("wrong");
        await browser.UntilAsync("document.getElementById('login-error').textContent !== ''");
        await EnterAsync("key-of-alice");
        await browser.UntilAsync("document.getElementById('about').textContent.includes('alice')");
        Assert.That((await browser.EvaluateAsync("document.cookie")).GetString(), Is.Empty);
        Assert.That((await browser.EvaluateAsync("location.href")).GetString(), Does.Not.Contain("key-of"));
        Assert.That((await browser.EvaluateAsync("localStorage.length")).GetInt32(), Is.Zero);

        Task EnterAsync(string key) => browser.EvaluateAsync($"document.getElementById('key').value = '{key}'; document.querySelector('#login button').click()");
    }

    private static void RequireBrowser()
    {
        if (Browser.Executable is null)
            Assert.Ignore("There is no Chromium on PATH; on Debian: apt-get install chromium.");
    }

    private static async Task SaveAsync(Browser browser, string name)
    {
        if (Environment.GetEnvironmentVariable("NEXUS_SCREENSHOTS") is { Length: > 0 } folder)
            await File.WriteAllBytesAsync(Path.Combine(folder, name), await browser.ScreenshotAsync());
    }

    [GeneratedRegex("""<script(?![^>]*src=)[^>]*>|\son[a-z]+="|style=""")]
    private static partial Regex InlineScript();
}
