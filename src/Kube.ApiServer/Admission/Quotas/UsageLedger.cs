using System.Text.Json.Nodes;
using Kube.ApiServer.Storage;
using Kube.ApiServer.Watch;
using Kube.Machinery.Quantities;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Admission.Quotas;

/// <summary>
/// What the objects of one resource take, summed by namespace and as new as the store, together with what was admitted a moment ago and is still on its way
/// there. Not thread-safe.
/// </summary>
internal sealed class UsageLedger : IDisposable
{
    // A write that was admitted and then failed stops counting after this time.
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(10);
    private readonly string _resource;
    private readonly TimeProvider _time;
    private readonly ResourceMirror _mirror;
    private readonly Dictionary<string, Dictionary<string, ObjectUsage>> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Namespace, string Name), Quantity> _sums = [];
    private readonly Dictionary<ObjectKey, (ObjectUsage Usage, DateTimeOffset Until)> _coming = [];

    public UsageLedger(IObjectStore store, string resource, TimeProvider time)
    {
        (_resource, _time) = (resource, time);
        _mirror = new ResourceMirror(store, resource, Clear, Put, Remove);
    }

    public void Dispose() => _mirror.Dispose();

    /// <summary>Reads what the store has got since; true when there was anything.</summary>
    public bool CatchUp()
    {
        var changed = _mirror.CatchUp();
        if (_coming.Count == 0)
            return changed;
        var now = _time.GetUtcNow();
        foreach (var key in _coming.Where(c => c.Value.Until <= now).Select(c => c.Key).ToArray())
            changed |= _coming.Remove(key);
        return changed;
    }

    /// <summary>How much of a name is used in a namespace, by the pods a quota with scopes is about or by all objects.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="name">The quota's name.</param>
    /// <param name="scoped">The quota's spec when it has scopes, else null.</param>
    /// <param name="except">An object that is being changed and does not count.</param>
    public Quantity Used(string ns, string name, JsonObject? scoped, string? except)
    {
        Quantity used;
        if (scoped is null)
        {
            used = _sums.GetValueOrDefault((ns, name));
        }
        else
        {
            used = default;
            foreach (var usage in (_objects.GetValueOrDefault(ns) ?? []).Values.Where(u => u.Scope?.IsIn(scoped) == true))
                used += usage.Amounts.GetValueOrDefault(name);
        }

        foreach (var (key, (usage, _)) in _coming)
        {
            if (key.Namespace == ns && key.Name != except && (scoped is null || usage.Scope?.IsIn(scoped) == true))
                used += usage.Amounts.GetValueOrDefault(name) - Stored(key, name, scoped);
        }

        return except is null ? used : used - Stored(new ObjectKey(_resource, ns, except), name, scoped);
    }

    /// <summary>Counts an admitted write until the store has it.</summary>
    public void Expect(string ns, string name, ObjectUsage usage) => _coming[new ObjectKey(_resource, ns, name)] = (usage, _time.GetUtcNow() + OnItsWay);

    private Quantity Stored(ObjectKey key, string name, JsonObject? scoped) =>
        _objects.TryGetValue(key.Namespace, out var objects) && objects.TryGetValue(key.Name, out var usage) && (scoped is null || usage.Scope?.IsIn(scoped) == true) ? usage.Amounts.GetValueOrDefault(name) : default;

    private void Clear()
    {
        _objects.Clear();
        _sums.Clear();
    }

    private void Put(StoredObject stored)
    {
        Remove(stored);
        var usage = UsageReader.Read(_resource, DocumentReader.Read(stored.Json.Span));
        if (!_objects.TryGetValue(stored.Key.Namespace, out var objects))
            _objects[stored.Key.Namespace] = objects = new(StringComparer.Ordinal);
        objects[stored.Key.Name] = usage;
        foreach (var (name, amount) in usage.Amounts)
            _sums[(stored.Key.Namespace, name)] = _sums.GetValueOrDefault((stored.Key.Namespace, name)) + amount;
    }

    private void Remove(StoredObject stored)
    {
        _coming.Remove(stored.Key);
        if (!_objects.TryGetValue(stored.Key.Namespace, out var objects) || !objects.Remove(stored.Key.Name, out var usage))
            return;
        if (objects.Count == 0)
            _objects.Remove(stored.Key.Namespace);
        foreach (var (name, amount) in usage.Amounts)
        {
            var left = _sums.GetValueOrDefault((stored.Key.Namespace, name)) - amount;
            if (left == default(Quantity))
                _sums.Remove((stored.Key.Namespace, name));
            else
                _sums[(stored.Key.Namespace, name)] = left;
        }
    }
}
