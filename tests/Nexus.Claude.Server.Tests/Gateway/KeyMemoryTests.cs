using Nexus.Claude.Gateway;
using Nexus.Claude.Server.Tests.Clients;

namespace Nexus.Claude.Server.Tests.Gateway;

/// <summary>A memory for the callers of the gateway, on the real CLI.</summary>
internal sealed class KeyMemoryTests
{
    [Test]
    public async Task What_one_key_says_comes_back_to_it_in_a_new_conversation_and_never_to_another()
    {
        var folder = Directory.CreateTempSubdirectory("nexus-gateway-memory-");
        try
        {
            await using var gateway = await GatewayUnderTest.StartAsync(options =>
            {
                options.Security.Keys.Add(new GatewayKeyOptions { Id = "ann", Key = "ann-0123456789abcdef0123456789abcdef" });
                options.Security.Keys.Add(new GatewayKeyOptions { Id = "bob", Key = "bob-0123456789abcdef0123456789abcdef" });
                // As the gateway does with --memory.
                KeyMemory.AddTo(options, new GatewaySettings { UsesMemory = true, MemoryPath = Path.Combine(folder.FullName, "memory.db") });
            });

            await AskAsync(gateway, "ann", "The staging gateway listens on port 8443. [[say:Noted.]]");
            var question = "Which port does the staging gateway listen on?";
            await AskAsync(gateway, "bob", question);
            await AskAsync(gateway, "ann", question);

            var asked = gateway.Api.ConversationRequests.TakeLast(2).Select(request => request.Body.GetRawText()).ToList();
            Assert.That(asked[0], Does.Not.Contain("8443"));
            Assert.That(asked[1], Does.Contain("8443").And.Contain("recalled-context"));
        }
        finally
        {
            // The memory lives as long as the process, and its file with it where files that are open cannot be deleted.
            if (!OperatingSystem.IsWindows())
                folder.Delete(recursive: true);
        }
    }

    private static async Task AskAsync(GatewayUnderTest gateway, string key, string text)
    {
        using var client = new HttpClient { BaseAddress = gateway.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", $"{key}-0123456789abcdef0123456789abcdef");
        using var content = new StringContent(
            $$"""{"model":"sonnet","messages":[{"role":"user","content":"{{text}}"}]}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content);
        Assert.That(response.IsSuccessStatusCode, Is.True, await response.Content.ReadAsStringAsync());
    }
}
