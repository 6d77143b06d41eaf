using System.CommandLine;
using System.Globalization;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Gateway;

/// <summary><c>keys</c>: makes, lists and revokes keys. A running server notices by itself.</summary>
internal static class KeysCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="surroundings">Where the program runs.</param>
    /// <returns>The verb.</returns>
    public static Command Create(Surroundings surroundings) => new("keys", "Makes, lists and revokes API keys.")
    {
        Add(surroundings),
        List(surroundings),
        Revoke(surroundings),
    };

    private static Command Add(Surroundings surroundings)
    {
        var name = new Option<string?>("--name") { Description = "Whose key it is." };
        var models = new Option<string[]>("--model") { Description = "A model it may use; repeat it for more. Default all.", HelpName = "model" };
        var agent = new Option<bool>("--agent") { Description = "Let it run Claude Code's own tools, in the folders of --cwd." };
        var tools = new Option<string[]>("--tool") { Description = "A built-in tool it may use as an agent; repeat it for more. Default those of the server.", HelpName = "tool" };
        var folders = new Option<string[]>("--cwd") { Description = "A folder (with all below) it may work in; repeat it for more.", HelpName = "folder" };
        var requests = new Option<int?>("--rpm") { Description = "Requests a minute.", HelpName = "number" };
        var tokens = new Option<int?>("--tpm") { Description = "Tokens a minute.", HelpName = "number" };
        var concurrency = new Option<int?>("--concurrency") { Description = "Turns at the same time.", HelpName = "number" };
        var budget = new Option<decimal?>("--budget") { Description = "US dollars in total.", HelpName = "usd" };
        var days = new Option<int?>("--expires-days") { Description = "After how many days it stops being valid. Default never.", HelpName = "days" };
        foreach (var positive in new[] { requests, tokens, concurrency, days })
            positive.Validators.Add(result => Require(result.Tokens.Count == 0 || result.GetValueOrDefault<int?>() > 0, result));
        budget.Validators.Add(result => Require(result.Tokens.Count == 0 || result.GetValueOrDefault<decimal?>() >= 0, result));
        var sources = new SettingsOptions();
        var command = new Command("add", "Makes a key and shows it once.") { name, models, agent, tools, folders, requests, tokens, concurrency, budget, days };
        sources.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = sources.Read(parsed, surroundings);
            var lifetime = parsed.GetValue(days) is { } number ? TimeSpan.FromDays(number) : settings.KeyLifetime;
            var template = new KeyRecord
            {
                Name = parsed.GetValue(name),
                ExpiresAt = lifetime is { } valid ? TimeProvider.System.GetUtcNow() + valid : null,
                Models = OrNull(parsed.GetValue(models)),
                Agent = parsed.GetValue(agent),
                AgentTools = OrNull(parsed.GetValue(tools)),
                WorkingDirectories = OrNull(parsed.GetValue(folders)?.Select(folder => Path.GetFullPath(folder, surroundings.Folder))),
                RequestsPerMinute = parsed.GetValue(requests),
                TokensPerMinute = parsed.GetValue(tokens),
                MaxConcurrency = parsed.GetValue(concurrency),
                BudgetUsd = parsed.GetValue(budget),
            };
            if (template is { Agent: true, WorkingDirectories: null })
                throw new OptionsValidationException(["An agent needs a folder to work in: add --cwd FOLDER."]);
            var (record, key) = await new KeysFile(settings.KeysFile, TimeProvider.System).AddAsync(template, cancellationToken).ConfigureAwait(false);
            await surroundings.Error.WriteLineAsync($"Key {record.Id}{(record.Name is null ? "" : $" ({record.Name})")} is in {settings.KeysFile}. It is shown this once:").ConfigureAwait(false);
            await surroundings.Out.WriteLineAsync(key).ConfigureAwait(false);
        });
        return command;

        static void Require(bool isRight, System.CommandLine.Parsing.OptionResult result)
        {
            if (!isRight)
                result.AddError($"{result.Option.Name} must be greater than zero.");
        }
    }

    private static Command List(Surroundings surroundings)
    {
        var sources = new SettingsOptions();
        var command = new Command("list", "Lists the keys; the keys themselves are kept nowhere.");
        sources.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var settings = sources.Read(parsed, surroundings);
            var keys = new KeysFile(settings.KeysFile, TimeProvider.System).Read();
            if (keys.Count == 0)
            {
                await surroundings.Out.WriteLineAsync($"There are no keys in {settings.KeysFile}.").ConfigureAwait(false);
                return;
            }

            var now = TimeProvider.System.GetUtcNow();
            foreach (var key in keys)
                await surroundings.Out.WriteLineAsync($"{key.Id}  {key.Name ?? "-"}  {string.Join(", ", Describe(key, now))}").ConfigureAwait(false);
        });
        return command;
    }

    private static Command Revoke(Surroundings surroundings)
    {
        var id = new Argument<string>("id") { Description = "The key's id, or its name." };
        var sources = new SettingsOptions();
        var command = new Command("revoke", "Takes a key out; it is refused from then on.") { id };
        sources.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = sources.Read(parsed, surroundings);
            var named = parsed.GetRequiredValue(id);
            if (await new KeysFile(settings.KeysFile, TimeProvider.System).RevokeAsync(named, cancellationToken).ConfigureAwait(false) is not { } revoked)
            {
                await surroundings.Error.WriteLineAsync($"There is no key '{named}' in {settings.KeysFile}. `nexus-claude keys list` shows those that there are.").ConfigureAwait(false);
                return 1;
            }

            await surroundings.Out.WriteLineAsync($"Key {revoked.Id} is revoked.").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static IEnumerable<string> Describe(KeyRecord key, DateTimeOffset now)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"made {key.CreatedAt:yyyy-MM-dd}");
        if (key.ExpiresAt is { } end)
            yield return string.Create(CultureInfo.InvariantCulture, $"{(end <= now ? "EXPIRED" : "expires")} {end:yyyy-MM-dd HH:mm}Z");
        if (key.Models is { Count: > 0 } models)
            yield return $"models {string.Join("+", models)}";
        if (key.Agent)
            yield return "agent";
        if (key.AgentTools is { } tools)
            yield return $"tools {string.Join("+", tools)}";
        if (key.WorkingDirectories is { } folders)
            yield return $"folders {string.Join("+", folders)}";
        if (key.RequestsPerMinute is { } requests)
            yield return $"{requests} requests/min";
        if (key.TokensPerMinute is { } tokens)
            yield return $"{tokens} tokens/min";
        if (key.MaxConcurrency is { } concurrency)
            yield return $"{concurrency} at once";
        if (key.BudgetUsd is { } budget)
            yield return string.Create(CultureInfo.InvariantCulture, $"${budget} in all");
    }

    private static List<string>? OrNull(IEnumerable<string>? values) => values?.ToList() is { Count: > 0 } list ? list : null;
}
