using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry;

/// <summary>Refuses the eviction of a pod whose disruption budget has nothing left.</summary>
internal static class DisruptionBudgets
{
    public static void Check(ObjectRegistry registry, string ns, StoredObject pod)
    {
        foreach (var stored in registry.Store.List("poddisruptionbudgets.policy", ns).Items)
        {
            var budget = DocumentReader.Read(stored.Json.Span);
            if (budget.Object("spec").Object("selector") is not { } selector || !WorkloadRules.Matches(selector, Labels(pod)))
                continue;
            if ((budget.Object("status").Integer("disruptionsAllowed") ?? 0) > 0)
                continue;
            throw new ApiStatusException(new ApiStatus(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.")
            {
                Causes = [new StatusCause("DisruptionBudget", $"The disruption budget {stored.Key.Name} needs {budget.Object("status").Integer("desiredHealthy")} healthy pods and has {budget.Object("status").Integer("currentHealthy")} currently", null)],
                RetryAfterSeconds = 10,
            });
        }
    }

    private static System.Text.Json.Nodes.JsonObject Labels(StoredObject pod)
    {
        var labels = new System.Text.Json.Nodes.JsonObject();
        foreach (var (key, value) in pod.Labels)
            labels[key] = value;
        return labels;
    }
}
