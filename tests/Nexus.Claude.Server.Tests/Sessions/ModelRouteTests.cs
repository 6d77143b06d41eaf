using System.Net;
using System.Text.Json;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>The routes of the models, as OpenAI's and Anthropic's clients read them.</summary>
internal sealed class ModelRouteTests
{
    [Test]
    public async Task The_list_has_the_shape_of_both()
    {
        await using var host = await GatewayHost.StartAsync();

        using var list = JsonDocument.Parse(await host.Client.GetStringAsync("/v1/models"));

        var root = list.RootElement;
        Assert.That(root.GetProperty("object").GetString(), Is.EqualTo("list"));
        Assert.That(root.GetProperty("has_more").GetBoolean(), Is.False);
        var first = root.GetProperty("data")[0];
        Assert.That(first.GetRawText(), Is.EqualTo(
            """{"id":"sonnet","object":"model","created":1767312000,"owned_by":"anthropic","type":"model","display_name":"Sonnet","created_at":"2026-01-02T00:00:00Z"}"""));
        Assert.That(root.GetProperty("last_id").GetString(), Is.EqualTo("claude-opus-4-8"));
    }

    [TestCase("/v1/models/claude-sonnet-4-5", HttpStatusCode.OK)]
    [TestCase("/v1/models/claude%2Dsonnet%2D4%2D5", HttpStatusCode.OK)]
    [TestCase("/v1/models/no-such-model", HttpStatusCode.NotFound)]
    [TestCase("/v1/models/a%2Fb", HttpStatusCode.NotFound)]
    public async Task One_model_is_found_by_its_id(string path, HttpStatusCode status)
    {
        await using var host = await GatewayHost.StartAsync();

        using var response = await host.Client.GetAsync(new Uri(path, UriKind.Relative));
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.That(response.StatusCode, Is.EqualTo(status));
        if (status == HttpStatusCode.OK)
        {
            Assert.That(body.RootElement.GetProperty("id").GetString(), Is.EqualTo("claude-sonnet-4-5"));
            return;
        }

        var error = body.RootElement.GetProperty("error");
        Assert.That((error.GetProperty("code").GetString(), error.GetProperty("param").GetString()), Is.EqualTo(("model_not_found", "model")));
    }
}
