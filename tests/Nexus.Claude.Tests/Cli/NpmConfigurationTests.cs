using System.Text;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
internal sealed class NpmConfigurationTests
{
    [Test]
    public async Task The_options_outrank_everything()
    {
        using var bench = new CliBench();
        bench.SetVariables(("npm_config_registry", "https://variable.test/"));

        var choice = await FindAsync(bench, new Uri("https://options.test/npm"));

        Assert.That(choice.Address.AbsoluteUri, Is.EqualTo("https://options.test/npm/"));
    }

    [TestCase("npm_config_registry")]
    [TestCase("NPM_CONFIG_REGISTRY")]
    public async Task The_environment_outranks_the_files(string variable)
    {
        using var bench = new CliBench();
        bench.SetVariables((variable, "https://variable.test/npm"));
        bench.Write("work/.npmrc", "registry=https://project.test/");
        bench.Write("home/.npmrc", "registry=https://user.test/");

        Assert.That((await FindAsync(bench)).Address.AbsoluteUri, Is.EqualTo("https://variable.test/npm/"));
    }

    [Test]
    public async Task The_project_outranks_the_user_and_is_found_upward()
    {
        using var bench = new CliBench();
        bench.Write("work/package.json", "{}");
        bench.Write("work/.npmrc", "registry=https://project.test/");
        bench.Write("home/.npmrc", "registry=https://user.test/");
        bench.Host = bench.Host with { CurrentDirectory = Path.Combine(bench.Folder, "work", "deep", "down") };

        var choice = await FindAsync(bench);

        Assert.That((choice.Address.Host, choice.Origin), Is.EqualTo(("project.test", Path.Combine(bench.Folder, "work", ".npmrc"))));
    }

    [Test]
    public async Task A_registry_for_the_scope_outranks_a_general_one_wherever_it_stands()
    {
        using var bench = new CliBench();
        bench.SetVariables(("npm_config_registry", "https://variable.test/"));
        bench.Write("home/.npmrc", "@other:registry=https://other.test/\n@anthropic-ai:registry=https://scope.test/");

        Assert.That((await FindAsync(bench)).Address.Host, Is.EqualTo("scope.test"));
    }

    [TestCase("npm_config_userconfig")]
    [TestCase("NPM_CONFIG_GLOBALCONFIG")]
    public async Task Files_in_unusual_places_are_read_where_the_environment_says(string variable)
    {
        using var bench = new CliBench();
        bench.SetVariables((variable, bench.Write("etc/npmrc", "registry=https://elsewhere.test/")));

        Assert.That((await FindAsync(bench)).Address.Host, Is.EqualTo("elsewhere.test"));
    }

    [Test]
    public async Task A_project_can_use_the_variables_meant_for_npm_and_no_others()
    {
        using var bench = new CliBench();
        bench.SetVariables(("NPM_TOKEN", "for-npm"), ("ANTHROPIC_API_KEY", "s3cret"));
        bench.Write("work/.npmrc", "registry=https://project.test/${ANTHROPIC_API_KEY}/\n//project.test/:_authToken=${NPM_TOKEN}");

        var choice = await FindAsync(bench);

        Assert.That(Uri.UnescapeDataString(choice.Address.AbsolutePath), Is.EqualTo("/${ANTHROPIC_API_KEY}/"));
        Assert.That(choice.Credentials.For(choice.Address)?.ToString(), Is.EqualTo("Bearer for-npm"));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task When_no_file_names_a_registry_npm_itself_is_asked()
    {
        using var bench = new CliBench();
        bench.WriteExecutable("bin/npm", "#!/bin/sh\n[ \"$1 $2 $3\" = 'config get registry' ] && echo 'https://effective.test/npm/'\n");
        bench.SetVariables(("PATH", Path.Combine(bench.Folder, "bin")));

        var choice = await FindAsync(bench);

        Assert.That((choice.Address.AbsoluteUri, choice.Origin), Is.EqualTo(("https://effective.test/npm/", "npm config get registry")));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task An_npm_that_fails_is_quoted()
    {
        using var bench = new CliBench();
        bench.WriteExecutable("bin/npm", "#!/bin/sh\necho 'node: not found' >&2\nexit 127\n");
        bench.SetVariables(("PATH", Path.Combine(bench.Folder, "bin")));

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => FindAsync(bench));

        Assert.That(error!.Message, Does.Contain("exit code 127").And.Contain("node: not found"));
    }

    [Test]
    public async Task Without_a_configuration_and_without_npm_the_error_says_how_to_name_a_registry()
    {
        using var bench = new CliBench();

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => FindAsync(bench));

        Assert.That(error!.Message, Does.Contain("npm_config_registry").And.Contain("CliInstallOptions.NpmRegistry"));
        Assert.That(error.IsTransient, Is.False);
    }

    [TestCase("not an address")]
    [TestCase("file:///etc/passwd")]
    public async Task A_registry_that_is_no_web_address_is_refused(string registry)
    {
        using var bench = new CliBench();
        bench.SetVariables(("npm_config_registry", registry));

        var error = await Assert.ThrowsAsync<CliDownloadException>(() => FindAsync(bench));

        Assert.That(error!.Message, Does.Contain("named by npm_config_registry is not an http or https address"));
    }

    [TestCase("https://a.test/npm/pkg", "Bearer below-npm")]
    [TestCase("https://a.test/npm/deep/pkg", "Bearer below-npm")]
    [TestCase("https://a.test/npm", "Bearer root")]
    [TestCase("https://a.test/other/pkg", "Bearer root")]
    [TestCase("https://a.test/npmx/pkg", "Bearer root")]
    [TestCase("https://a.test:8443/npm/pkg", "Basic cG9ydA==")]
    [TestCase("https://b.test/pkg", "Basic dXNlcjpwYXNz")]
    [TestCase("https://b.test.evil.test/pkg", null)]
    [TestCase("https://evil.test/a.test/npm/pkg", null)]
    [TestCase("https://sub.a.test/npm/pkg", null)]
    [TestCase("https://me:secret@c.test/pkg", "Basic bWU6c2VjcmV0")]
    public void Credentials_belong_to_one_host_and_path(string address, string? expected)
    {
        var credentials = new NpmCredentials(new Dictionary<string, string>
        {
            ["//a.test/npm/:_authToken"] = "below-npm",
            ["//a.test/:_authToken"] = "root",
            ["//a.test:8443/:_auth"] = "cG9ydA==",
            ["//b.test/:username"] = "user",
            ["//b.test/:_password"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("pass")),
        });

        Assert.That(credentials.For(new Uri(address))?.ToString(), Is.EqualTo(expected));
    }

    [TestCase("https://a.test/files/x.tgz", "Bearer token", TestName = "A_file_on_the_registrys_server_gets_its_credentials")]
    [TestCase("http://a.test/files/x.tgz", null, TestName = "A_file_on_the_same_host_without_encryption_does_not")]
    [TestCase("http://a.test/npm/x.tgz", null, TestName = "Not_even_below_the_path_that_has_credentials")]
    [TestCase("https://a.test:444/files/x.tgz", null, TestName = "A_file_on_another_port_does_not")]
    [TestCase("https://cdn.test/npm/x.tgz", null, TestName = "A_file_on_another_host_does_not")]
    public void Credentials_of_the_registry_stay_with_its_server(string file, string? expected)
    {
        var credentials = new NpmCredentials(new Dictionary<string, string> { ["//a.test/npm/:_authToken"] = "token" });

        Assert.That(credentials.For(new Uri(file), new Uri("https://a.test/npm/"))?.ToString(), Is.EqualTo(expected));
    }

    private static Task<NpmRegistryChoice> FindAsync(CliBench bench, Uri? registry = null) =>
        new NpmConfiguration(bench.Host, TimeProvider.System).FindRegistryAsync(registry, CancellationToken.None);
}
