using System.Globalization;
using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Admission;

/// <summary>
/// Applies a namespace's LimitRanges: default requests and limits for containers, then smallest and largest sizes and the ratio between them for
/// containers, pods and claims. See https://kubernetes.io/docs/concepts/policy/limit-range/.
/// </summary>
internal sealed class LimitRanger(IObjectStore store) : IAdmission
{
    private const string Annotation = "kubernetes.io/limit-ranger";

    public void Admit(AdmissionRequest request)
    {
        var resource = request.Kind.StorageResource;
        if (request.Subresource.Length > 0 || request.Object is not { } document || document.Object("spec") is not { } spec)
            return;
        // A pod's resources do not change once made; a claim may grow.
        var isPod = resource == "pods" && request.Operation == AdmissionOperation.Create;
        var isClaim = resource == "persistentvolumeclaims" && request.Operation != AdmissionOperation.Delete;
        if (!isPod && !isClaim)
            return;
        JsonObject[] limits = [.. store.List("limitranges", request.Namespace).Items.SelectMany(l => DocumentReader.Read(l.Json.Span).Object("spec").Objects("limits"))];
        if (limits.Length == 0)
            return;
        var wrong = new List<string>();
        if (isPod)
        {
            Default(document, spec, limits);
            Pod(spec, limits, wrong);
        }
        else
        {
            foreach (var limit in limits.Where(l => l.Text("type") == "PersistentVolumeClaim"))
                Check("PersistentVolumeClaim", limit, Amounts(spec.Object("resources").Object("requests")), [], wrong, claim: true);
        }

        if (wrong.Count > 0)
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, wrong.Count == 1 ? wrong[0] : $"[{string.Join(", ", wrong)}]");
    }

    private static void Default(JsonObject document, JsonObject spec, JsonObject[] limits)
    {
        var said = new List<string>();
        foreach (var limit in limits.Where(l => l.Text("type") == "Container"))
        {
            // What is not given follows from what is: a limit from the largest size, a request from the limit or the smallest size.
            var defaults = Merge(limit.Object("default"), limit.Object("max"));
            var requests = Merge(limit.Object("defaultRequest"), defaults, limit.Object("min"));
            foreach (var (container, word) in spec.Objects("containers").Select(c => (c, "container")).Concat(spec.Objects("initContainers").Select(c => (c, "init container"))))
            {
                var set = Fill(container, "requests", requests).Select(n => n + " request").Concat(Fill(container, "limits", defaults).Select(n => n + " limit")).ToArray();
                if (set.Length > 0)
                    said.Add($"{string.Join(", ", set)} for {word} {container.Text("name")}");
            }
        }

        if (said.Count > 0)
            document.Ensure("metadata").Ensure("annotations")[Annotation] = $"LimitRanger plugin set: {string.Join("; ", said)}";
    }

    private static Dictionary<string, JsonNode?> Merge(params IEnumerable<KeyValuePair<string, JsonNode?>>?[] lists)
    {
        var merged = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (name, value) in lists.SelectMany(l => l ?? []))
            merged.TryAdd(name, value);
        return merged;
    }

    private static List<string> Fill(JsonObject container, string list, Dictionary<string, JsonNode?> values)
    {
        var set = new List<string>();
        foreach (var (name, value) in values)
        {
            var have = container.Ensure("resources").Ensure(list);
            if (have[name] is not null)
                continue;
            have[name] = value?.DeepClone();
            set.Add(name);
        }

        return set;
    }

    private static void Pod(JsonObject spec, JsonObject[] limits, List<string> wrong)
    {
        foreach (var limit in limits)
        {
            switch (limit.Text("type"))
            {
                case "Container":
                    foreach (var container in PodTemplates.Containers(spec))
                        Check("Container", limit, Amounts(container.Object("resources").Object("requests")), Amounts(container.Object("resources").Object("limits")), wrong, claim: false);
                    break;
                case "Pod":
                    Check("Pod", limit, Sum(spec, "requests"), Sum(spec, "limits"), wrong, claim: false);
                    break;
            }
        }
    }

    // The larger of what runs together and the largest init container.
    private static Dictionary<string, Quantity> Sum(JsonObject spec, string list)
    {
        var sums = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers").Where(c => c.Text("restartPolicy") == "Always")))
        {
            foreach (var (name, amount) in Amounts(container.Object("resources").Object(list)))
                sums[name] = sums.GetValueOrDefault(name) + amount;
        }

        foreach (var (name, amount) in spec.Objects("initContainers").SelectMany(c => Amounts(c.Object("resources").Object(list))))
        {
            if (amount > sums.GetValueOrDefault(name))
                sums[name] = amount;
        }

        return sums;
    }

    private static void Check(string type, JsonObject limit, Dictionary<string, Quantity> requests, Dictionary<string, Quantity> limits, List<string> wrong, bool claim)
    {
        foreach (var (name, least) in Amounts(limit.Object("min")))
        {
            if (!requests.TryGetValue(name, out var request))
                wrong.Add($"minimum {name} usage per {type} is {least}.  No request is specified");
            else if (request < least)
                wrong.Add($"minimum {name} usage per {type} is {least}, but request is {request}");
            else if (limits.TryGetValue(name, out var upper) && upper < least)
                wrong.Add($"minimum {name} usage per {type} is {least}, but limit is {upper}");
        }

        foreach (var (name, most) in Amounts(limit.Object("max")))
        {
            var known = (claim ? requests : limits).TryGetValue(name, out var upper);
            if (!known)
                wrong.Add($"maximum {name} usage per {type} is {most}.  No {(claim ? "request" : "limit")} is specified");
            else if (upper > most)
                wrong.Add($"maximum {name} usage per {type} is {most}, but {(claim ? "request" : "limit")} is {upper}");
            else if (requests.TryGetValue(name, out var request) && request > most)
                wrong.Add($"maximum {name} usage per {type} is {most}, but request is {request}");
        }

        foreach (var (name, ratio) in Amounts(limit.Object("maxLimitRequestRatio")))
            Ratio(type, name, ratio, requests.GetValueOrDefault(name), limits.GetValueOrDefault(name), wrong);
    }

    private static void Ratio(string type, string name, Quantity most, Quantity request, Quantity limit, List<string> wrong)
    {
        if (request == default(Quantity) || limit == default(Quantity))
        {
            wrong.Add($"{name} max limit to request ratio per {type} is {most}, but no {(request == default(Quantity) ? "request" : "limit")} is specified or {(request == default(Quantity) ? "request" : "limit")} is 0");
            return;
        }

        var ratio = (double)limit.Nanos / (double)request.Nanos;
        if (ratio > (double)most.Nanos / 1e9)
            wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{name} max limit to request ratio per {type} is {most}, but provided ratio is {ratio:F6}"));
    }

    private static Dictionary<string, Quantity> Amounts(JsonObject? list)
    {
        var amounts = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var (name, value) in list ?? [])
        {
            if (Quantity.TryParse(value.AsText(), out var amount))
                amounts[name] = amount;
        }

        return amounts;
    }
}
