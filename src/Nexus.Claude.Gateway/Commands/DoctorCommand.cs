using System.CommandLine;

namespace Nexus.Claude.Gateway;

/// <summary><c>doctor</c>: looks at everything the server needs, and says how to mend what is broken.</summary>
internal static class DoctorCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="surroundings">Where the program runs.</param>
    /// <returns>The verb.</returns>
    public static Command Create(Surroundings surroundings)
    {
        var install = new Option<bool>("--install") { Description = "Download the CLI when it is not there, and look at nothing else." };
        var sources = new SettingsOptions();
        var command = new Command("doctor", "Checks what the server needs: CLI, login, processes, Redis, Meilisearch. Exit code 1 when something is broken.") { install };
        sources.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(install))
            {
                var cli = await CliPreparation.InstallAsync(null, surroundings, cancellationToken).ConfigureAwait(false);
                await surroundings.Out.WriteLineAsync(cli.Path).ConfigureAwait(false);
                return 0;
            }

            var builder = GatewayApplication.CreateBuilder();
            var settings = sources.Read(parsed, surroundings, builder.Configuration);
            return await new Checkup(builder, settings, surroundings).RunAsync(cancellationToken).ConfigureAwait(false);
        });
        return command;
    }
}
