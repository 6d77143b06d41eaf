using System.CommandLine;

namespace Nexus.Claude.Gateway;

/// <summary><c>serve</c>: the server itself.</summary>
internal static class ServeCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="surroundings">Where the program runs.</param>
    /// <returns>The verb.</returns>
    public static Command Create(Surroundings surroundings)
    {
        var port = new Option<int?>("--port") { Description = "The port to listen on. Default 8080; 0 for any that is free.", HelpName = "number" };
        var host = new Option<string?>("--host") { Description = "The address to listen on. Default localhost; other addresses need API keys.", HelpName = "address" };
        var memory = new Option<bool>("--memory") { Description = "Remember conversations and recall what matters of them." };
        var offline = new Option<bool>("--offline") { Description = "Answer from a scripted model on this machine, without an account and at no cost." };
        var sources = new SettingsOptions();
        var command = new Command("serve", "Starts the server.") { port, host, memory, offline };
        sources.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var builder = GatewayApplication.CreateBuilder();
            var settings = sources.Read(parsed, surroundings, builder.Configuration);
            settings.Port = parsed.GetValue(port) ?? settings.Port;
            settings.Host = parsed.GetValue(host) ?? settings.Host;
            settings.UsesMemory |= parsed.GetValue(memory);
            List<string> mistakes = [];
            settings.Check(mistakes);
            if (mistakes.Count > 0)
                throw new OptionsValidationException(mistakes);
            return new GatewayServer(builder, settings, surroundings).RunAsync(parsed.GetValue(offline), cancellationToken);
        });
        return command;
    }
}
