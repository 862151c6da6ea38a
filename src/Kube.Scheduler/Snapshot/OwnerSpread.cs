using Kube.Scheduler.Scores;

namespace Kube.Scheduler.Snapshot;

/// <summary>How many pods of one owner each node holds, and, once there are many such nodes, the score that follows as a column of its own.</summary>
internal sealed class OwnerSpread
{
    // Up to here a scan scores the owner's nodes one by one; beyond, a column is cheaper than its upkeep.
    private const int FewNodes = 64;
    private readonly NodeCounts _counts = new();

    /// <summary>Pods by slot.</summary>
    public Dictionary<int, int> ByNode => _counts.ByNode;

    /// <summary>The spread score of every slot; null while the owner is on few nodes.</summary>
    public float[]? Column { get; private set; }

    /// <summary>Adds to a node's count.</summary>
    /// <param name="node">Slot.</param>
    /// <param name="by">Pods more or fewer.</param>
    /// <param name="capacity">Length of the snapshot's columns.</param>
    public void Add(int node, int by, int capacity)
    {
        _counts.Add(node, by);
        if (Column is { } column && column.Length == capacity)
        {
            column[node] = UseScore.Spread(ByNode.GetValueOrDefault(node));
        }
        else if (ByNode.Count > FewNodes)
        {
            Column = new float[capacity];
            Array.Fill(Column, UseScore.Spread(0));
            foreach (var (slot, count) in ByNode)
            {
                Column[slot] = UseScore.Spread(count);
            }
        }
        else
        {
            Column = null;
        }
    }

    /// <summary>The column at the snapshot's present length, or null while the owner is on few nodes.</summary>
    public float[]? ColumnOf(int capacity)
    {
        if (Column is { } column && column.Length < capacity)
        {
            var before = column.Length;
            Array.Resize(ref column, capacity);
            column.AsSpan(before).Fill(UseScore.Spread(0));
            Column = column;
        }

        return Column;
    }
}
