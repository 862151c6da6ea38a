using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Admission.Quotas;

/// <summary>Reads what an object takes of quotas: https://kubernetes.io/docs/concepts/policy/resource-quotas/.</summary>
internal static class UsageReader
{
    private const string OfClass = ".storageclass.storage.k8s.io/";
    private static readonly string[] CountedByName = ["configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "secrets", "services"];
    private static readonly string[] Shorthand = ["cpu", "memory", "ephemeral-storage"];

    /// <summary>What an object of a resource takes.</summary>
    public static ObjectUsage Read(string resource, JsonObject document)
    {
        var amounts = new Dictionary<string, Quantity>(StringComparer.Ordinal) { ["count/" + resource] = Quantity.FromValue(1) };
        if (CountedByName.Contains(resource))
            amounts[resource] = Quantity.FromValue(1);
        var spec = document.Object("spec");
        switch (resource)
        {
            case "pods":
                if (document.Object("status").Text("phase") is not ("Succeeded" or "Failed"))
                    Pod(amounts, spec);
                return new ObjectUsage(amounts, PodScope.Of(spec));
            case "services":
                Service(amounts, spec);
                break;
            case "persistentvolumeclaims":
                Claim(amounts, spec, document.Object("metadata").Object("annotations").Text("volume.beta.kubernetes.io/storage-class"));
                break;
        }

        return new ObjectUsage(amounts, null);
    }

    /// <summary>The resource whose objects a name of a quota counts.</summary>
    public static string ResourceOf(string name)
    {
        if (name.StartsWith("count/", StringComparison.Ordinal))
            return name["count/".Length..];
        if (CountedByName.Contains(name))
            return name;
        if (name.StartsWith("services.", StringComparison.Ordinal))
            return "services";
        return name == "requests.storage" || name.Contains(OfClass, StringComparison.Ordinal) ? "persistentvolumeclaims" : "pods";
    }

    /// <summary>Containers that do not say what a quota makes every container say.</summary>
    public static IEnumerable<string> Silent(JsonObject? spec, string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var (list, resource) = Shorthand.Contains(name) ? ("requests", name) : dot < 0 ? ("", "") : (name[..dot], name[(dot + 1)..]);
        if (list is not ("requests" or "limits") || !Shorthand.Contains(resource))
            return [];
        return Registry.PodTemplates.Containers(spec).Where(c => c.Object("resources").Object(list)?[resource] is null).Select(c => c.Text("name") ?? "");
    }

    private static void Pod(Dictionary<string, Quantity> amounts, JsonObject? spec)
    {
        amounts["pods"] = Quantity.FromValue(1);
        foreach (var list in (string[])["requests", "limits"])
        {
            foreach (var (name, amount) in Effective(spec, list))
            {
                amounts[$"{list}.{name}"] = amount;
                if (list == "requests" && (Shorthand.Contains(name) || name.StartsWith("hugepages-", StringComparison.Ordinal)))
                    amounts[name] = amount;
            }
        }
    }

    // All main containers and sidecars run together; an ordinary init container runs with the sidecars before it.
    private static Dictionary<string, Quantity> Effective(JsonObject? spec, string list)
    {
        var running = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var starting = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var init in spec.Objects("initContainers"))
        {
            var sidecar = init.Text("restartPolicy") == "Always";
            foreach (var (name, amount) in Amounts(init.Object("resources").Object(list)))
            {
                var needed = running.GetValueOrDefault(name) + amount;
                if (sidecar)
                    running[name] = needed;
                if (needed > starting.GetValueOrDefault(name))
                    starting[name] = needed;
            }
        }

        foreach (var container in spec.Objects("containers"))
        {
            foreach (var (name, amount) in Amounts(container.Object("resources").Object(list)))
                running[name] = running.GetValueOrDefault(name) + amount;
        }

        foreach (var (name, amount) in starting)
        {
            if (amount > running.GetValueOrDefault(name))
                running[name] = amount;
        }

        foreach (var (name, amount) in Amounts(spec.Object("overhead")))
            running[name] = running.GetValueOrDefault(name) + amount;
        return running;
    }

    private static IEnumerable<(string Name, Quantity Amount)> Amounts(JsonObject? list)
    {
        foreach (var (name, value) in list ?? [])
        {
            if (Quantity.TryParse(value.AsText(), out var amount))
                yield return (name, amount);
        }
    }

    private static void Service(Dictionary<string, Quantity> amounts, JsonObject? spec)
    {
        var type = spec.Text("type");
        if (type == "LoadBalancer")
            amounts["services.loadbalancers"] = Quantity.FromValue(1);
        if (type == "NodePort" || (type == "LoadBalancer" && spec.Flag("allocateLoadBalancerNodePorts") != false))
            amounts["services.nodeports"] = Quantity.FromValue(spec.Objects("ports").Count());
    }

    private static void Claim(Dictionary<string, Quantity> amounts, JsonObject? spec, string? oldClass)
    {
        var storageClass = oldClass ?? spec.Text("storageClassName");
        var hasSize = Quantity.TryParse(spec.Object("resources").Object("requests").Text("storage"), out var size);
        if (hasSize)
            amounts["requests.storage"] = size;
        if (string.IsNullOrEmpty(storageClass))
            return;
        amounts[$"{storageClass}{OfClass}persistentvolumeclaims"] = Quantity.FromValue(1);
        if (hasSize)
            amounts[$"{storageClass}{OfClass}requests.storage"] = size;
    }
}
