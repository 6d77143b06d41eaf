using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Nexus.Claude.Server.Tests;

internal sealed class OpenApiTests
{
    [Test]
    public async Task The_document_describes_exactly_the_routes_that_there_are()
    {
        await using var host = await GatewayHost.StartAsync();
        using var document = JsonDocument.Parse(await host.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var described = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(static path => path.Value.EnumerateObject().Where(static member => member.Name is "get" or "post" or "delete" or "put" or "patch")
                .Select(member => $"{member.Name.ToUpperInvariant()} {path.Name}"));
        var mapped = host.Services.GetServices<EndpointDataSource>().SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(static endpoint => endpoint.RoutePattern.RawText is not ("/status.css" or "/status.js"))
            .SelectMany(static endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
                .Select(method => $"{method} {endpoint.RoutePattern.RawText!.Replace("{*", "{", StringComparison.Ordinal)}"));

        Assert.That(described, Is.EquivalentTo(mapped.Distinct()));
    }

    [Test]
    public async Task The_document_is_sound_and_every_reference_leads_somewhere()
    {
        await using var host = await GatewayHost.StartAsync();
        using var document = JsonDocument.Parse(await host.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var root = document.RootElement;
        List<string> operations = [];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(root.GetProperty("openapi").GetString(), Does.StartWith("3.1"));
            foreach (var path in root.GetProperty("paths").EnumerateObject())
            {
                foreach (var operation in path.Value.EnumerateObject())
                {
                    operations.Add(operation.Value.GetProperty("operationId").GetString()!);
                    Assert.That(operation.Value.GetProperty("summary").GetString(), Is.Not.Empty, path.Name);
                    Assert.That(operation.Value.GetProperty("responses").EnumerateObject().Count(), Is.Positive, path.Name);
                    foreach (var parameter in path.Name.Split('{').Skip(1).Select(static part => part.Split('}')[0]))
                        Assert.That(operation.Value.GetProperty("parameters").EnumerateArray().Select(static each => each.GetProperty("name").GetString()), Does.Contain(parameter), path.Name);
                }
            }

            Assert.That(operations, Is.Unique);
            foreach (var reference in References(root))
                Assert.That(Resolve(root, reference), reference);
        }
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static member =>
            member is { Name: "$ref", Value.ValueKind: JsonValueKind.String } ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static bool Resolve(JsonElement root, string reference)
    {
        foreach (var part in reference.Split('/').Skip(1))
        {
            if (!root.TryGetProperty(part, out root))
                return false;
        }

        return true;
    }
}
