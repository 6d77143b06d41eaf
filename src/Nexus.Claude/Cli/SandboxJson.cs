using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Cli;

/// <summary>The <c>sandbox</c> object of the settings.</summary>
internal static class SandboxJson
{
    public static JsonObject ToObject(SandboxOptions sandbox)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, sandbox);
        JsonObject result = JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
        foreach ((string name, JsonNode? value) in sandbox.AdditionalMembers ?? [])
            result[name] = value?.DeepClone();
        return result;
    }

    private static void Write(Utf8JsonWriter writer, SandboxOptions sandbox)
    {
        writer.WriteStartObject();
        writer.Optional("enabled", sandbox.Enabled);
        writer.Optional("failIfUnavailable", sandbox.FailIfUnavailable);
        writer.Optional("autoAllowBashIfSandboxed", sandbox.AutoAllowBashIfSandboxed);
        writer.Optional("allowUnsandboxedCommands", sandbox.AllowUnsandboxedCommands);
        writer.Optional("excludedCommands", sandbox.ExcludedCommands);
        if (sandbox.IgnoreViolations is { } ignored)
        {
            writer.WriteStartObject("ignoreViolations");
            foreach ((string pattern, IReadOnlyList<string> paths) in ignored)
                writer.Array(pattern, paths);
            writer.WriteEndObject();
        }

        writer.Optional("enableWeakerNestedSandbox", sandbox.EnableWeakerNestedSandbox);
        writer.Optional("allowNestedUserNamespaces", sandbox.AllowNestedUserNamespaces);
        writer.Optional("enableWeakerNetworkIsolation", sandbox.EnableWeakerNetworkIsolation);
        writer.Optional("allowAppleEvents", sandbox.AllowAppleEvents);
        if (sandbox.Ripgrep is { } ripgrep)
        {
            writer.WriteStartObject("ripgrep");
            writer.WriteString("command", ripgrep.Command);
            writer.Optional("args", ripgrep.Arguments);
            writer.WriteEndObject();
        }

        writer.Optional("bwrapPath", sandbox.BubblewrapPath);
        writer.Optional("socatPath", sandbox.SocatPath);
        WriteNetwork(writer, sandbox.Network);
        WriteFilesystem(writer, sandbox.Filesystem);
        WriteCredentials(writer, sandbox.Credentials);
        writer.WriteEndObject();
    }

    private static void WriteNetwork(Utf8JsonWriter writer, SandboxNetworkOptions? network)
    {
        if (network is null)
            return;
        writer.WriteStartObject("network");
        writer.Optional("allowedDomains", network.AllowedDomains);
        writer.Optional("deniedDomains", network.DeniedDomains);
        writer.Optional("strictAllowlist", network.StrictAllowlist);
        writer.Optional("allowManagedDomainsOnly", network.AllowManagedDomainsOnly);
        writer.Optional("allowUnixSockets", network.AllowUnixSockets);
        writer.Optional("allowAllUnixSockets", network.AllowAllUnixSockets);
        writer.Optional("allowLocalBinding", network.AllowLocalBinding);
        writer.Optional("allowMachLookup", network.AllowMachLookup);
        writer.Optional("httpProxyPort", network.HttpProxyPort);
        writer.Optional("socksProxyPort", network.SocksProxyPort);
        if (network.TlsTermination is { } tls)
        {
            writer.WriteStartObject("tlsTerminate");
            writer.Optional("caCertPath", tls.CaCertificatePath);
            writer.Optional("caKeyPath", tls.CaKeyPath);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteFilesystem(Utf8JsonWriter writer, SandboxFilesystemOptions? filesystem)
    {
        if (filesystem is null)
            return;
        writer.WriteStartObject("filesystem");
        writer.Optional("allowWrite", filesystem.AllowWrite);
        writer.Optional("denyWrite", filesystem.DenyWrite);
        writer.Optional("denyRead", filesystem.DenyRead);
        writer.Optional("allowRead", filesystem.AllowRead);
        writer.Optional("allowManagedReadPathsOnly", filesystem.AllowManagedReadPathsOnly);
        writer.Optional("disabled", filesystem.Disabled);
        writer.WriteEndObject();
    }

    private static void WriteCredentials(Utf8JsonWriter writer, SandboxCredentialOptions? credentials)
    {
        if (credentials is null)
            return;
        writer.WriteStartObject("credentials");
        if (credentials.Files is { } files)
        {
            writer.WriteStartArray("files");
            foreach (SandboxCredentialFile file in files)
            {
                writer.WriteStartObject();
                writer.WriteString("path", file.Path);
                WriteCredential(writer, file);
                writer.Optional("maskDuplicates", file.MaskDuplicates);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (credentials.EnvironmentVariables is { } variables)
        {
            writer.WriteStartArray("envVars");
            foreach (SandboxCredentialVariable variable in variables)
            {
                writer.WriteStartObject();
                writer.WriteString("name", variable.Name);
                WriteCredential(writer, variable);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.Optional("allowPlaintextInject", credentials.AllowPlaintextInject);
        if (credentials.AwsPairs is { } pairs)
        {
            writer.WriteStartArray("awsPairs");
            foreach (SandboxAwsPair pair in pairs)
            {
                writer.WriteStartObject();
                writer.WriteString("accessKeyIdVar", pair.AccessKeyIdVariable);
                writer.WriteString("secretAccessKeyVar", pair.SecretAccessKeyVariable);
                writer.Optional("sessionTokenVar", pair.SessionTokenVariable);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (credentials.SigV4 is { } signing)
        {
            writer.WriteStartObject("sigv4");
            writer.Optional("streaming", signing.Streaming?.Value);
            writer.Optional("presigned", signing.Presigned?.Value);
            writer.Optional("sigv4a", signing.SigV4A?.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteCredential(Utf8JsonWriter writer, SandboxCredential credential)
    {
        writer.WriteString("mode", credential.Mode.Value);
        writer.Optional("extract", credential.Extract);
        writer.Optional("onExtractNoMatch", credential.OnExtractNoMatch?.Value);
        writer.Optional("decode", credential.Decode);
        writer.Optional("maskClaims", credential.MaskClaims);
        writer.Optional("injectHosts", credential.InjectHosts);
    }
}
