using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Tests.Store;

[Parallelizable(ParallelScope.All)]
internal sealed class DatabaseTests
{
    private static readonly string[] Texts = ["", "a", "密钥 🔑", new('x', 2_000)];

    [Test]
    public void What_is_bound_is_read_back()
    {
        using var database = Database.Open(":memory:", create: true);
        var echo = database.Prepare("SELECT ?1, ?2, ?3, ?4");
        foreach (string text in Texts)
        {
            echo.Bind(1, text).Bind(2, long.MinValue).Bind(3, 0.5).BindBlob(4, System.Text.Encoding.UTF8.GetBytes(text));

            Assert.That(echo.Step(), Is.True);
            Assert.That((echo.IsNull(0), echo.Text(0), echo.Long(1), echo.Double(2)), Is.EqualTo((false, text, long.MinValue, 0.5)));
            Assert.That((echo.IsBlob(3), System.Text.Encoding.UTF8.GetString(echo.Bytes(3))), Is.EqualTo((true, text)));
            echo.Reset();
        }

        Assert.That(echo.Bind(1, (string?)null).Step(), Is.True);
        Assert.That(echo.TextOrNull(0), Is.Null);
    }

    [Test]
    public void A_statement_may_be_disposed_of_after_its_connection()
    {
        var database = Database.Open(":memory:", create: true);
        database.Execute("CREATE VIRTUAL TABLE words USING fts5(t); INSERT INTO words VALUES('one two')");
        var inTheMiddle = database.PrepareOnce("SELECT rowid FROM words WHERE words MATCH 'two'");
        Assert.That(inTheMiddle.Step(), Is.True);

        database.Dispose();
        inTheMiddle.Dispose();
        inTheMiddle.Dispose();
        database.Dispose();
    }

    [Test]
    public void What_SQLite_says_is_told_with_the_file_it_is_about()
    {
        using var database = Database.Open(":memory:", create: true);

        Assert.That(() => database.Prepare("SELECT t FROM nowhere"), Throws.InstanceOf<MemoryStoreException>()
            .With.Message.Contains("no such table: nowhere").And.Message.Contains(":memory:"));
    }
}
