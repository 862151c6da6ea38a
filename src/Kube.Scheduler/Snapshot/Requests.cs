using System.Collections.Immutable;
using k8s.Models;

namespace Kube.Scheduler.Snapshot;

/// <summary>What a pod takes of a node.</summary>
/// <param name="MilliCpu">Thousandths of a core.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="EphemeralStorage">Bytes.</param>
/// <param name="Extended">Any other resource by name, in its own unit.</param>
internal sealed record Requests(long MilliCpu, long Memory, long EphemeralStorage, ImmutableSortedDictionary<string, long> Extended)
{
    /// <summary>Nothing.</summary>
    public static Requests None { get; } = new(0, 0, 0, ImmutableSortedDictionary<string, long>.Empty);

    /// <summary>
    /// The sum over containers and sidecars, or the largest moment of the init phase if that is more, plus the runtime's overhead
    /// (https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers).
    /// </summary>
    public static Requests Of(V1PodSpec spec)
    {
        var sidecars = None;
        var init = None;
        foreach (var container in spec.InitContainers ?? [])
        {
            var own = Of(container.Resources);
            if (container.RestartPolicy == "Always")
            {
                sidecars = sidecars.Plus(own);
                init = init.Max(sidecars);
            }
            else
            {
                init = init.Max(sidecars.Plus(own));
            }
        }

        var running = sidecars;
        foreach (var container in spec.Containers ?? [])
        {
            running = running.Plus(Of(container.Resources));
        }

        var total = running.Max(init);
        return spec.Overhead is { Count: > 0 } overhead ? total.Plus(From(overhead)) : total;
    }

    /// <summary>Reads a resource list.</summary>
    public static Requests From(IEnumerable<KeyValuePair<string, ResourceQuantity>> list)
    {
        long cpu = 0, memory = 0, storage = 0;
        var extended = ImmutableSortedDictionary<string, long>.Empty;
        foreach (var (name, quantity) in list)
        {
            var value = quantity.ToDecimal();
            switch (name)
            {
                case "cpu":
                    cpu = (long)decimal.Ceiling(value * 1000);
                    break;
                case "memory":
                    memory = (long)decimal.Ceiling(value);
                    break;
                case "ephemeral-storage":
                    storage = (long)decimal.Ceiling(value);
                    break;
                case "pods":
                    break;
                default:
                    extended = extended.SetItem(name, (long)decimal.Ceiling(value));
                    break;
            }
        }

        return new Requests(cpu, memory, storage, extended);
    }

    private static Requests Of(V1ResourceRequirements? resources)
    {
        // A limit without a request is a request as well; the API server defaults it, other servers' pods may come without.
        if (resources?.Limits is not { Count: > 0 } limits)
        {
            return resources?.Requests is { Count: > 0 } requests ? From(requests) : None;
        }

        var merged = new Dictionary<string, ResourceQuantity>(limits);
        foreach (var (name, quantity) in resources.Requests ?? new Dictionary<string, ResourceQuantity>())
        {
            merged[name] = quantity;
        }

        return From(merged);
    }

    private Requests Plus(Requests other)
    {
        var extended = Extended;
        foreach (var (name, value) in other.Extended)
        {
            extended = extended.SetItem(name, extended.GetValueOrDefault(name) + value);
        }

        return new Requests(MilliCpu + other.MilliCpu, Memory + other.Memory, EphemeralStorage + other.EphemeralStorage, extended);
    }

    private Requests Max(Requests other)
    {
        var extended = Extended;
        foreach (var (name, value) in other.Extended)
        {
            extended = extended.SetItem(name, Math.Max(extended.GetValueOrDefault(name), value));
        }

        return new Requests(
            Math.Max(MilliCpu, other.MilliCpu), Math.Max(Memory, other.Memory), Math.Max(EphemeralStorage, other.EphemeralStorage), extended);
    }
}
