using CsCheck;
using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Tests.Store;

internal sealed class MemoryPathTests
{
    [TestCase(@"C:\Users\ada\.\repo\", "c:/Users/ada/repo")]
    [TestCase(@"\\host\share\repo", "//host/share/repo")]
    [TestCase(@"C:\", "c:")]
    [TestCase(@"C:\..", "c:")]
    [TestCase(@"C:\repo\..\..\other", "c:/other")]
    [TestCase(@"\", "/")]
    [TestCase(@"\\", "//")]
    [TestCase(@".\", "")]
    [TestCase(".", "")]
    [TestCase("/", "/")]
    [TestCase("/repo/../other/", "/other")]
    [TestCase("../repo", "../repo")]
    public void A_path_of_any_machine_has_one_form(string path, string expected) => Assert.That(MemoryPath.Normalize(path), Is.EqualTo(expected));

    [Test]
    public void Whatever_is_given_as_a_path_has_a_form() =>
        Gen.OneOf(Gen.String, Gen.Char["\\/.:c "].Array[0, 8].Select(characters => new string(characters)))
            .Sample(path => MemoryPath.Normalize(path) is not null);
}
