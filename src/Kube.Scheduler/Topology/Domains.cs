using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Topology;

/// <summary>The values of one node label as numbers: which nodes are in one place.</summary>
internal sealed class Domains(string key)
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Stack<int> _free = new();
    private readonly List<(string Value, int Nodes)> _values = [];

    /// <summary>The label's key.</summary>
    public string Key { get; } = key;

    /// <summary>By slot, the domain; -1 for a node without the label. May be shorter than the snapshot's columns.</summary>
    public int[] Of { get; private set; } = [];

    /// <summary>Domain numbers run below this; some may be out of use.</summary>
    public int Count => _values.Count;

    /// <summary>The domain of a slot, or -1.</summary>
    public int At(int slot) => slot < Of.Length ? Of[slot] : -1;

    /// <summary>Takes a node's label over; null for a node that is gone.</summary>
    public void Set(int slot, NodeFacts? facts)
    {
        if (slot >= Of.Length)
        {
            var before = Of.Length;
            var of = Of;
            Array.Resize(ref of, Math.Max(16, Math.Max(slot + 1, before * 2)));
            of.AsSpan(before).Fill(-1);
            Of = of;
        }

        var value = facts?.Labels.GetValueOrDefault(Key);
        var old = Of[slot];
        if (old >= 0)
        {
            if (_values[old].Value == value)
            {
                return;
            }

            Leave(old);
        }

        Of[slot] = value is null ? -1 : Join(value);
    }

    private int Join(string value)
    {
        if (!_ids.TryGetValue(value, out var id))
        {
            if (!_free.TryPop(out id))
            {
                id = _values.Count;
                _values.Add(default);
            }

            _ids[value] = id;
            _values[id] = (value, 0);
        }

        _values[id] = (value, _values[id].Nodes + 1);
        return id;
    }

    private void Leave(int id)
    {
        var (value, nodes) = _values[id];
        _values[id] = (value, nodes - 1);
        if (nodes == 1)
        {
            _ids.Remove(value);
            _free.Push(id);
        }
    }
}
