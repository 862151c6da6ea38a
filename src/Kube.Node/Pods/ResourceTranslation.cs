using k8s.Models;
using Kube.Node.Cri.V1;

namespace Kube.Node.Pods;

/// <summary>Requests and limits as cgroup settings.</summary>
internal static class ResourceTranslation
{
    private const long Period = 100_000;
    private const long MinQuota = 1_000;
    private const long MinShares = 2;
    private const long MaxShares = 262_144;

    public static LinuxContainerResources For(V1Pod pod, V1Container container, decimal nodeMemory)
    {
        var requests = container.Resources?.Requests;
        var limits = container.Resources?.Limits;
        var cpuLimit = Milli(limits);
        var cpuRequest = Milli(requests) ?? cpuLimit;
        var resources = new LinuxContainerResources
        {
            CpuShares = cpuRequest is { } request ? Math.Clamp(request * 1024 / 1000, MinShares, MaxShares) : MinShares,
            MemoryLimitInBytes = Bytes(limits) ?? 0,
            OomScoreAdj = OomScore(QualityOfService(pod), Bytes(requests) ?? Bytes(limits) ?? 0, nodeMemory),
        };
        if (cpuLimit is { } limit)
        {
            resources.CpuPeriod = Period;
            resources.CpuQuota = Math.Max(MinQuota, limit * Period / 1000);
        }

        return resources;
    }

    /// <summary>Guaranteed when every container's cpu and memory requests equal its limits, BestEffort when none sets any, else Burstable.</summary>
    public static string QualityOfService(V1Pod pod)
    {
        var containers = pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).ToList();
        if (containers.All(c => !HasAny(c.Resources?.Requests) && !HasAny(c.Resources?.Limits)))
            return "BestEffort";
        foreach (var container in containers)
        {
            foreach (var name in (string[])["cpu", "memory"])
            {
                var limit = Amount(container.Resources?.Limits, name);
                if (limit is null || (Amount(container.Resources?.Requests, name) ?? limit) != limit)
                    return "Burstable";
            }
        }

        return "Guaranteed";
    }

    private static bool HasAny(IDictionary<string, ResourceQuantity>? amounts) => amounts is not null && (amounts.ContainsKey("cpu") || amounts.ContainsKey("memory"));

    private static long OomScore(string quality, long memory, decimal nodeMemory) => quality switch
    {
        "Guaranteed" => -997,
        "BestEffort" => 1000,
        _ => Math.Clamp(1000 - (long)(1000 * memory / Math.Max(1, nodeMemory)), 3, 999),
    };

    private static decimal? Amount(IDictionary<string, ResourceQuantity>? amounts, string name) =>
        amounts is not null && amounts.TryGetValue(name, out var quantity) ? quantity.ToDecimal() : null;

    private static long? Milli(IDictionary<string, ResourceQuantity>? amounts) => Amount(amounts, "cpu") is { } cores ? (long)(cores * 1000) : null;

    private static long? Bytes(IDictionary<string, ResourceQuantity>? amounts) => Amount(amounts, "memory") is { } bytes ? (long)bytes : null;
}
