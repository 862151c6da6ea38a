using System.Diagnostics;

namespace Testing;

/// <summary>Waits for something that another task or process brings about, and says what it expected and saw when it does not come.</summary>
public static class Eventually
{
    /// <summary>Asks until the answer passes.</summary>
    /// <param name="expected">What is awaited, for the failure's message.</param>
    /// <param name="observe">Reads the present value; its exceptions count as "not yet".</param>
    /// <param name="passes">Whether the value is the awaited one.</param>
    /// <param name="timeout">Ten seconds when not given.</param>
    /// <returns>The value that passed.</returns>
    /// <exception cref="TimeoutException">It did not come; the message holds the expectation and the last value or exception.</exception>
    public static async Task<T> Async<T>(string expected, Func<Task<T>> observe, Func<T, bool> passes, TimeSpan? timeout = null)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(10);
        var clock = Stopwatch.StartNew();
        object? last = null;
        while (true)
        {
            try
            {
                var value = await observe();
                if (passes(value)) return value;
                last = value;
            }
#pragma warning disable CA1031 // Whatever goes wrong before the deadline is only "not yet"; it is shown when time is up.
            catch (Exception e)
#pragma warning restore CA1031
            {
                last = e;
            }

            if (clock.Elapsed > limit) throw new TimeoutException($"Expected {expected} within {limit.TotalSeconds:0.#} s; last seen: {last ?? "null"}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
