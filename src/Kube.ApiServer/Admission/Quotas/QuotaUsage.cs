using System.Text.Json.Nodes;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Admission.Quotas;

/// <summary>The ledgers of all resources that quotas count; one lock makes check and reservation one step, so parallel creates cannot slip past each other.</summary>
internal sealed class QuotaUsage(IObjectStore store, TimeProvider time) : IDisposable
{
    private readonly Dictionary<string, UsageLedger> _ledgers = new(StringComparer.Ordinal);

    public Lock Lock { get; } = new();

    public void Dispose()
    {
        foreach (var ledger in _ledgers.Values)
            ledger.Dispose();
    }

    /// <summary>The ledger of a resource, up to date. Call under the lock.</summary>
    public UsageLedger Of(string resource)
    {
        if (!_ledgers.TryGetValue(resource, out var ledger))
            _ledgers[resource] = ledger = new UsageLedger(store, resource, time);
        ledger.CatchUp();
        return ledger;
    }

    /// <summary>What is used of every name a quota limits. Call under the lock.</summary>
    public IReadOnlyDictionary<string, Quantity> Used(string ns, JsonObject? quotaSpec)
    {
        var scoped = Scoped(quotaSpec);
        var used = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var (name, _) in quotaSpec.Object("hard") ?? [])
            used[name] = Of(UsageReader.ResourceOf(name)).Used(ns, name, scoped, null);
        return used;
    }

    /// <summary>The spec when it has scopes, else null.</summary>
    public static JsonObject? Scoped(JsonObject? quotaSpec) =>
        quotaSpec.Array("scopes") is { Count: > 0 } || quotaSpec.Object("scopeSelector").Array("matchExpressions") is { Count: > 0 } ? quotaSpec : null;
}
