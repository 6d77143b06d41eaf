using Nexus.Claude.Sessions;

namespace Nexus.Claude.Tests.Sessions;

[Parallelizable(ParallelScope.All)]
internal sealed class ProjectFolderTests
{
    [TestCase("/w/my proj_1.x", "-w-my-proj-1-x")]
    [TestCase("/w/ünï", "-w--n-")]
    [TestCase("/w/\U0001F680", "-w---")]
    [TestCase(@"C:\Users\Ada", "C--Users-Ada")]
    public void Everything_but_ASCII_letters_and_digits_becomes_a_dash(string path, string name) =>
        Assert.That(ProjectFolder.Encode(path), Is.EqualTo(name));

    [Test]
    public void A_name_of_200_characters_stays_and_a_longer_one_is_cut_and_gets_a_hash()
    {
        var fits = "/" + new string('a', 199);
        var longer = fits + "b";

        Assert.That(ProjectFolder.Encode(fits), Is.EqualTo("-" + new string('a', 199)));
        Assert.That(ProjectFolder.Encode(longer), Does.Match("^-a{199}-[0-9a-z]{1,7}$"));
        Assert.That(ProjectFolder.Encode(longer), Is.Not.EqualTo(ProjectFolder.Encode(fits + "c")));
    }

    [Test]
    public void The_hash_is_that_of_the_path_and_not_of_the_name() =>
        Assert.That(ProjectFolder.Encode("/" + new string('a', 250) + "/x"), Is.Not.EqualTo(ProjectFolder.Encode("/" + new string('a', 250) + "-x")));

    [Test]
    public void Links_are_followed_wherever_they_are_in_the_path()
    {
        var root = CanonicalPath.Resolve(Directory.CreateTempSubdirectory("nexus-claude-links-").FullName);
        try
        {
            var real = Directory.CreateDirectory(Path.Combine(root, "real", "inner")).FullName;
            Directory.CreateSymbolicLink(Path.Combine(root, "absolute"), Path.Combine(root, "real"));
            Directory.CreateSymbolicLink(Path.Combine(root, "relative"), "absolute");
            Directory.CreateSymbolicLink(Path.Combine(root, "loop"), Path.Combine(root, "loop"));

            Assert.That(CanonicalPath.Resolve(Path.Combine(root, "relative", "inner")), Is.EqualTo(real));
            Assert.That(CanonicalPath.Resolve(Path.Combine(root, "absolute", "inner", "..", "inner") + "/"), Is.EqualTo(real));
            Assert.That(CanonicalPath.Resolve(Path.Combine(root, "loop")), Is.EqualTo(Path.Combine(root, "loop")));
            Assert.That(CanonicalPath.Resolve(Path.Combine(root, "missing", "x")), Is.EqualTo(Path.Combine(root, "missing", "x")));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
