namespace Simulation.Tests.Checks;

/// <summary>A value over time: who acts on what was true a moment ago is not to blame.</summary>
internal sealed class History<T>
    where T : IComparable<T>
{
    private readonly List<(TimeSpan At, T Value)> _values = [];

    public T? Now => _values.Count == 0 ? default : _values[^1].Value;

    public void Set(TimeSpan at, T value)
    {
        if (_values.Count == 0 || _values[^1].Value.CompareTo(value) != 0)
        {
            _values.Add((at, value));
        }
    }

    public T? MaxSince(TimeSpan since) => Since(since).Max();

    public T? MinSince(TimeSpan since) => Since(since).Min();

    // The value in force at that time counts as well.
    private IEnumerable<T> Since(TimeSpan since)
    {
        for (var i = _values.Count - 1; i >= 0; i--)
        {
            yield return _values[i].Value;
            if (_values[i].At <= since)
            {
                yield break;
            }
        }
    }
}
