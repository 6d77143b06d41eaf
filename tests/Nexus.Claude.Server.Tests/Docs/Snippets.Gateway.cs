using Microsoft.AspNetCore.Builder;

namespace Nexus.Claude.Server.Tests.Docs;

/// <summary>The C# blocks of docs/gateway.md, compiled. Nothing here is run.</summary>
internal static class GatewaySnippets
{
    public static void Serve(WebApplicationBuilder builder, string hash)
    {
        builder.Services.AddNexusClaudeServer(options => options.Security.Keys.Add(new GatewayKeyOptions { Id = "alice", Hash = hash }));
        var app = builder.Build();
        app.MapNexusClaude();
    }
}
