using System.Text.Json.Nodes;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
public sealed class SandboxMergeTests
{
    [TestCase("null", """{"enabled":true}""", """{"enabled":true,"failIfUnavailable":true}""")]
    [TestCase("null", """{"enabled":false}""", """{"enabled":false}""")]
    [TestCase("""{"failIfUnavailable":false}""", """{"enabled":true}""", """{"failIfUnavailable":false,"enabled":true}""")]
    [TestCase("""{"network":{"allowedDomains":["a"],"allowLocalBinding":true}}""", """{"network":{"allowedDomains":["b"]}}""", """{"network":{"allowedDomains":["b"],"allowLocalBinding":true}}""")]
    [TestCase("""{"network":{"deniedDomains":["a"]},"filesystem":{"denyRead":["/a"],"denyWrite":["/b"],"allowRead":["/x"]}}""", """{"network":{"deniedDomains":["b","a"]},"filesystem":{"denyRead":["/c"],"denyWrite":["/d"],"allowRead":["/y"]}}""", """{"network":{"deniedDomains":["a","b"]},"filesystem":{"denyRead":["/a","/c"],"denyWrite":["/b","/d"],"allowRead":["/y"]}}""")]
    [TestCase("""{"network":{"httpProxyPort":1,"socksProxyPort":2}}""", """{"network":{"allowedDomains":[]}}""", """{"network":{"allowedDomains":[]}}""")]
    [TestCase("""{"network":{"httpProxyPort":1,"socksProxyPort":2}}""", """{"network":{"strictAllowlist":true,"httpProxyPort":3}}""", """{"network":{"strictAllowlist":true,"httpProxyPort":3}}""")]
    [TestCase("""{"network":{"httpProxyPort":1}}""", """{"network":{"strictAllowlist":false,"deniedDomains":[]}}""", """{"network":{"httpProxyPort":1,"strictAllowlist":false,"deniedDomains":[]}}""")]
    [TestCase("""{"filesystem":{"disabled":true}}""", """{"filesystem":{"denyRead":["/a"]}}""", """{"filesystem":{"denyRead":["/a"]}}""")]
    [TestCase("""{"filesystem":{"disabled":true}}""", """{"filesystem":{"disabled":true}}""", """{"filesystem":{"disabled":true}}""")]
    [TestCase("""{"filesystem":{"disabled":true}}""", """{"credentials":{"files":[{"path":"/a","mode":"deny"}]}}""", """{"filesystem":{},"credentials":{"files":[{"path":"/a","mode":"deny"}]}}""")]
    [TestCase("""{"filesystem":{"disabled":true}}""", """{"credentials":{"files":[{"path":"/a","mode":"mask"}]}}""", """{"filesystem":{"disabled":true},"credentials":{"files":[{"path":"/a","mode":"mask"}]}}""")]
    [TestCase("""{"credentials":{"files":[{"path":"/a","mode":"deny"},{"path":"/b","mode":"mask"}]}}""", """{"credentials":{"files":[{"path":"/a","mode":"mask"},{"path":"/b","mode":"deny"},{"path":"/c","mode":"mask"}]}}""", """{"credentials":{"files":[{"path":"/a","mode":"deny"},{"path":"/b","mode":"deny"},{"path":"/c","mode":"mask"}]}}""")]
    [TestCase("""{"credentials":{"envVars":[{"name":"A","mode":"deny"}]}}""", """{"credentials":{"envVars":[{"name":"A","mode":"mask"}]}}""", """{"credentials":{"envVars":[{"name":"A","mode":"deny"}]}}""")]
    [TestCase("""{"ripgrep":{"command":"a","args":["x"]},"network":{"tlsTerminate":{"caCertPath":"a"}}}""", """{"ripgrep":{"command":"b"},"network":{"tlsTerminate":{"caKeyPath":"k"}}}""", """{"ripgrep":{"command":"b"},"network":{"tlsTerminate":{"caKeyPath":"k"}}}""")]
    public void The_options_win_and_no_restriction_is_lost(string settings, string options, string expected)
    {
        JsonObject merged = SandboxMerge.Merge(JsonNode.Parse(settings) as JsonObject, JsonNode.Parse(options)!.AsObject());

        Assert.That(JsonNode.DeepEquals(merged, JsonNode.Parse(expected)), Is.True, merged.ToJsonString());
    }

    [Test]
    public void Every_member_has_its_name_on_the_wire()
    {
        JsonObject sandbox = SandboxJson.ToObject(new SandboxOptions
        {
            Enabled = true,
            FailIfUnavailable = true,
            AutoAllowBashIfSandboxed = true,
            AllowUnsandboxedCommands = false,
            ExcludedCommands = ["docker"],
            IgnoreViolations = new Dictionary<string, IReadOnlyList<string>> { ["*"] = ["/x"] },
            EnableWeakerNestedSandbox = true,
            AllowNestedUserNamespaces = true,
            EnableWeakerNetworkIsolation = true,
            AllowAppleEvents = true,
            Ripgrep = new SandboxRipgrep("rg") { Arguments = ["-n"] },
            BubblewrapPath = "/b",
            SocatPath = "/s",
            Network = new SandboxNetworkOptions
            {
                AllowedDomains = ["a"],
                DeniedDomains = ["d"],
                StrictAllowlist = true,
                AllowManagedDomainsOnly = true,
                AllowUnixSockets = ["/u"],
                AllowAllUnixSockets = true,
                AllowLocalBinding = true,
                AllowMachLookup = ["m"],
                HttpProxyPort = 1,
                SocksProxyPort = 2,
                TlsTermination = new SandboxTlsTermination { CaCertificatePath = "c", CaKeyPath = "k" },
            },
            Filesystem = new SandboxFilesystemOptions
            {
                AllowWrite = ["w"], DenyWrite = ["x"], DenyRead = ["r"], AllowRead = ["s"], AllowManagedReadPathsOnly = true, Disabled = false,
            },
            Credentials = new SandboxCredentialOptions
            {
                Files = [new SandboxCredentialFile("~/f", SandboxCredentialMode.Mask) { Extract = "(.*)", OnExtractNoMatch = SandboxNoMatchAction.Deny, Decode = "jwt", MaskClaims = ["c"], MaskDuplicates = true, InjectHosts = ["h"] }],
                EnvironmentVariables = [new SandboxCredentialVariable("V", SandboxCredentialMode.Deny)],
                AllowPlaintextInject = true,
                AwsPairs = [new SandboxAwsPair("I", "S", "T"), new SandboxAwsPair("I", "S")],
                SigV4 = new SandboxSigV4Options { Streaming = SandboxRequestPolicy.Deny, Presigned = SandboxRequestPolicy.Passthrough, SigV4A = SandboxRequestPolicy.Deny },
            },
            AdditionalMembers = new JsonObject { ["new"] = 1 },
        });

        JsonNode expected = JsonNode.Parse("""
            {"enabled":true,"failIfUnavailable":true,"autoAllowBashIfSandboxed":true,"allowUnsandboxedCommands":false,"excludedCommands":["docker"],
             "ignoreViolations":{"*":["/x"]},"enableWeakerNestedSandbox":true,"allowNestedUserNamespaces":true,"enableWeakerNetworkIsolation":true,
             "allowAppleEvents":true,"ripgrep":{"command":"rg","args":["-n"]},"bwrapPath":"/b","socatPath":"/s",
             "network":{"allowedDomains":["a"],"deniedDomains":["d"],"strictAllowlist":true,"allowManagedDomainsOnly":true,"allowUnixSockets":["/u"],
              "allowAllUnixSockets":true,"allowLocalBinding":true,"allowMachLookup":["m"],"httpProxyPort":1,"socksProxyPort":2,
              "tlsTerminate":{"caCertPath":"c","caKeyPath":"k"}},
             "filesystem":{"allowWrite":["w"],"denyWrite":["x"],"denyRead":["r"],"allowRead":["s"],"allowManagedReadPathsOnly":true,"disabled":false},
             "credentials":{"files":[{"path":"~/f","mode":"mask","extract":"(.*)","onExtractNoMatch":"deny","decode":"jwt","maskClaims":["c"],"injectHosts":["h"],"maskDuplicates":true}],
              "envVars":[{"name":"V","mode":"deny"}],"allowPlaintextInject":true,
              "awsPairs":[{"accessKeyIdVar":"I","secretAccessKeyVar":"S","sessionTokenVar":"T"},{"accessKeyIdVar":"I","secretAccessKeyVar":"S"}],
              "sigv4":{"streaming":"deny","presigned":"passthrough","sigv4a":"deny"}},
             "new":1}
            """)!;
        Assert.That(JsonNode.DeepEquals(sandbox, expected), Is.True, sandbox.ToJsonString());
    }
}
