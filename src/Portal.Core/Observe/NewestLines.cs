namespace Portal.Core.Observe;

/// <summary>Keeps the newest lines of one instance, bounded by their number and, over all instances together, by their length.</summary>
internal sealed class NewestLines(int most, NewestLines.Budget budget)
{
    private readonly Queue<LogLine> _lines = new();

    /// <summary>Whether lines that were asked for had to go.</summary>
    public bool IsCut { get; private set; }

    /// <summary>From the oldest to the newest.</summary>
    public IReadOnlyCollection<LogLine> Lines => _lines;

    public void Add(LogLine line)
    {
        if (most == 0) return;
        _lines.Enqueue(line);
        var over = budget.Take(line.Text.Length) < 0;
        if (_lines.Count <= most && !over) return;
        IsCut |= over;
        budget.Take(-_lines.Dequeue().Text.Length);
    }

    /// <summary>What all instances of one answer may hold together, in characters.</summary>
    internal sealed class Budget(long characters)
    {
        private long _left = characters;

        public long Take(long characters) => Interlocked.Add(ref _left, -characters);
    }
}
