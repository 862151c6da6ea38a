using System.Text.Json.Nodes;
using Kube.ApiServer.Admission.Quotas;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Placement;
using Kube.Machinery.Quantities;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Placement;

/// <summary>What a namespace's quotas lack for a set of pods: all of them together, and the one more that a step-by-step replacement needs for a while.</summary>
internal sealed class PlacementQuota(IObjectStore store, QuotaUsage usages)
{
    /// <summary>The first shortage in words, with the amount; null when every quota suffices.</summary>
    public string? Shortage(string ns, JsonObject pod, PodsToPlace set)
    {
        var quotas = store.List("resourcequotas", ns);
        if (quotas.Count == 0)
            return null;
        var asked = UsageReader.Read("pods", pod);
        var present = set.Owners.Count == 0 ? [] : Present(ns, set.Owners);
        foreach (var stored in quotas.Items)
        {
            var spec = DocumentReader.Read(stored.Json.Span).Object("spec");
            if (QuotaUsage.Scoped(spec) is { } scoped && asked.Scope?.IsIn(scoped) != true)
                continue;
            IReadOnlyDictionary<string, Quantity> used;
            lock (usages.Lock)
                used = usages.Used(ns, spec);
            foreach (var (name, text) in (spec.Object("hard") ?? []).Where(h => UsageReader.ResourceOf(h.Key) == "pods").OrderBy(h => h.Key, StringComparer.Ordinal))
            {
                var hard = Quantity.Parse(text.AsText() ?? "0");
                var needed = Needed(used[name], asked.Amounts.GetValueOrDefault(name), [.. present.Select(p => p.Amounts.GetValueOrDefault(name))], set);
                if (asked.Amounts.GetValueOrDefault(name) > default(Quantity) && needed > hard)
                    return $"The quota {stored.Key.Name} allows {name} {hard}; the namespace would use {needed}, {needed - hard} too much.";
            }
        }

        return null;
    }

    private static Quantity Needed(Quantity used, Quantity each, IReadOnlyList<Quantity> present, PodsToPlace set)
    {
        var end = used;
        if (set.Replaces)
        {
            foreach (var old in present)
                end -= old;
        }

        for (var i = set.Replaces ? 0 : present.Count; i < set.Replicas; i++)
            end += each;
        var meanwhile = set.Replaces && set.MaxUnavailable == 0 && present.Count > 0 ? used + each : used;
        return meanwhile > end ? meanwhile : end;
    }

    private List<ObjectUsage> Present(string ns, IReadOnlySet<string> owners) =>
        [.. store.List("pods", ns).Items.Select(s => DocumentReader.Read(s.Json.Span)).Where(p => p.Object("metadata").Objects("ownerReferences").Any(o => owners.Contains(o.Text("uid") ?? ""))).Select(p => UsageReader.Read("pods", p))];
}
