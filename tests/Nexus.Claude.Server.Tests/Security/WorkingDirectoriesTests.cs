using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Tests;

[Property("gateway-row", 33)]
[Property("seed-row", 107)]
internal sealed class WorkingDirectoriesTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-cwd-").FullName;

    private string Root => Path.Combine(_folder, "root");

    [SetUp]
    public void MakeFolders()
    {
        Directory.CreateDirectory(Path.Combine(Root, "project", "src"));
        Directory.CreateDirectory(Path.Combine(_folder, "root-of-others"));
        Directory.CreateDirectory(Path.Combine(_folder, "secret"));
    }

    [TearDown]
    public void RemoveFolders() => Directory.Delete(_folder, recursive: true);

    [TestCase("root")]
    [TestCase("root/project/src")]
    [TestCase("root/project/../project")]
    public void A_folder_inside_is_allowed(string path) =>
        Assert.That(Resolve(Path.Combine(_folder, path)), Is.EqualTo(Path.GetFullPath(Path.Combine(_folder, path))));

    [TestCase("secret")]
    [TestCase("root-of-others")]
    [TestCase("root/../secret")]
    [TestCase("root/missing")]
    [TestCase("missing")]
    public void A_folder_outside_and_one_that_is_not_there_get_the_same_answer(string path)
    {
        var refused = Assert.Throws<GatewayException>(() => Resolve(Path.Combine(_folder, path)));
        Assert.That((refused.Status, refused.Code, refused.Param), Is.EqualTo((403, "working_directory_not_allowed", "cwd")));
        Assert.That(refused.Message, Does.Not.Contain(_folder));
    }

    [Test]
    public void A_link_that_leads_out_is_followed_before_it_is_judged_and_one_that_stays_inside_is_resolved()
    {
        Directory.CreateSymbolicLink(Path.Combine(Root, "out"), Path.Combine(_folder, "secret"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "up"), Path.Combine("..", "secret"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "in"), Path.Combine(Root, "project"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "loop"), Path.Combine(Root, "loop"));

        using (Assert.EnterMultipleScope())
        {
            foreach (var name in new[] { "out", "up", "loop", "in/../../secret" })
                Assert.That(() => Resolve(Path.Combine(Root, name)), Throws.InstanceOf<GatewayException>().With.Property(nameof(GatewayException.Status)).EqualTo(403), name);
            Assert.That(Resolve(Path.Combine(Root, "in", "src")), Is.EqualTo(Path.Combine(Root, "project", "src")));
        }
    }

    [Test]
    public void A_root_that_is_itself_a_link_is_no_hindrance()
    {
        var link = Path.Combine(_folder, "link");
        Directory.CreateSymbolicLink(link, Root);

        Assert.That(WorkingDirectories.Resolve(Allowed(link), Path.Combine(link, "project"), "cwd"), Is.EqualTo(Path.Combine(Root, "project")));
    }

    [Test]
    public void A_relative_path_is_a_mistake_and_without_folders_nothing_is_allowed()
    {
        Assert.That(() => Resolve("project"), Throws.InstanceOf<GatewayException>().With.Property(nameof(GatewayException.Status)).EqualTo(400));
        Assert.That(() => WorkingDirectories.Resolve(TurnRoute.Caller("a"), Root, "cwd"), Throws.InstanceOf<GatewayException>().With.Property(nameof(GatewayException.Status)).EqualTo(403));
    }

    private string Resolve(string path) => WorkingDirectories.Resolve(Allowed(Root), path, "cwd");

    private static Caller Allowed(string root) => TurnRoute.Caller("a", new KeyPolicy { WorkingDirectories = [root] });
}
