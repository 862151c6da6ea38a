using System.Globalization;

namespace Portal.Host.Instance;

/// <summary>
/// Tells a person step by step what a start does and how long it took. With a file, the same lines go there too, so that
/// <c>up --detach</c> can show them.
/// </summary>
internal sealed class StartProgress(string? file, int steps, TimeProvider time) : IDisposable
{
    private readonly StreamWriter? _writer = file is null ? null : new StreamWriter(file, append: false) { AutoFlush = true };
    private readonly long _started = time.GetTimestamp();
    private readonly Lock _lock = new();
    private int _step;

    /// <summary>Runs a step and reports it.</summary>
    /// <param name="title">What the step does, for instance <c>PostgreSQL</c>.</param>
    /// <param name="action">The step.</param>
    public async Task StepAsync(string title, Func<Task> action)
    {
        var started = time.GetTimestamp();
        await action();
        // Steps overlap; they are numbered as they end.
        lock (_lock)
            Say(string.Create(CultureInfo.InvariantCulture, $"[{++_step}/{steps}] {title} ({time.GetElapsedTime(started).TotalSeconds:0.0} s)"));
    }

    /// <summary>Writes a line.</summary>
    public void Say(string line)
    {
        lock (_lock)
        {
            Console.WriteLine(line);
            _writer?.WriteLine(line);
        }
    }

    /// <summary>The time since the start began.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    /// <inheritdoc/>
    public void Dispose() => _writer?.Dispose();
}
