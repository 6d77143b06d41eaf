using Nexus.Claude.Gateway;

return await GatewayCommands.RunAsync(args).ConfigureAwait(false);
