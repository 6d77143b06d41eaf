namespace Nexus.Claude.Aot;

/// <summary>Runs checks and counts how they end.</summary>
internal sealed class Report
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private int _passed;
    private int _failed;

    public async Task CheckAsync(string behaviour, Func<CancellationToken, Task> check)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await check(limit.Token);
            _passed++;
            Console.WriteLine($"ok      {behaviour}");
        }
#pragma warning disable CA1031 // whatever a check ends with is its result
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failed++;
            Console.WriteLine($"FAILED  {behaviour}: {exception}");
        }
    }

    public int Finish()
    {
        Console.WriteLine($"{_passed} passed, {_failed} failed");
        return _failed == 0 && _passed > 0 ? 0 : 1;
    }

    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new InvalidOperationException($"{what}: expected '{expected}', but it is '{actual}'.");
    }

    public static void True(bool condition, string what)
    {
        if (!condition)
            throw new InvalidOperationException($"It does not hold that {what}.");
    }

    public static async Task<TException> ThrowsAsync<TException>(Func<Task> action)
        where TException : Exception
    {
        try
        {
            await action();
        }
        catch (TException exception)
        {
            return exception;
        }

        throw new InvalidOperationException($"There was no {typeof(TException).Name}.");
    }
}
