using Nexus.Claude;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddNexusClaudeServer();
var app = builder.Build();
app.MapNexusClaude();
await app.RunAsync().ConfigureAwait(false);
