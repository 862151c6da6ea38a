namespace Kube.Controllers.GarbageCollection;

/// <summary>Who owns whom, by uid. Thread-safe.</summary>
internal sealed class OwnerGraph
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, OwnedObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _dependents = new(StringComparer.Ordinal);

    public OwnedObject? Find(string uid)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault(uid);
        }
    }

    /// <summary>The objects that name this uid as an owner.</summary>
    public IReadOnlyList<OwnedObject> DependentsOf(string uid)
    {
        lock (_lock)
        {
            return _dependents.TryGetValue(uid, out var uids) ? [.. uids.Select(u => _objects[u])] : [];
        }
    }

    /// <summary>Adds an object or takes over its newer version.</summary>
    public void Set(OwnedObject item)
    {
        lock (_lock)
        {
            Unlink(item.Uid);
            _objects[item.Uid] = item;
            foreach (var owner in item.Owners)
            {
                if (!_dependents.TryGetValue(owner.Uid, out var uids))
                {
                    _dependents[owner.Uid] = uids = new HashSet<string>(StringComparer.Ordinal);
                }

                uids.Add(item.Uid);
            }
        }
    }

    /// <summary>Removes an object; its dependents still name it.</summary>
    public void Remove(string uid)
    {
        lock (_lock)
        {
            Unlink(uid);
            _objects.Remove(uid);
        }
    }

    private void Unlink(string uid)
    {
        foreach (var owner in _objects.GetValueOrDefault(uid)?.Owners ?? [])
        {
            if (_dependents.TryGetValue(owner.Uid, out var uids) && uids.Remove(uid) && uids.Count == 0)
            {
                _dependents.Remove(owner.Uid);
            }
        }
    }
}
