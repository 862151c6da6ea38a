using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Placement;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Placement;

/// <summary>Turns the sets of a review into pods: templates go through defaults, admission and validation as a create would, without being stored.</summary>
internal sealed class PlacementSets(ObjectRegistry registry, ResourceCatalog catalog, PlacementQuota quotas)
{
    private const int MostPods = 10_000;
    private readonly ResourceKind _pods = catalog.Get<PodKind>();

    /// <summary>Resolves all sets; what is wrong with one is told as an error of its field.</summary>
    /// <param name="asked">The sets.</param>
    /// <param name="raw">The same as documents, whose templates may have fields no model knows.</param>
    /// <param name="ns">The only namespace; empty when each set names its own.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<ResolvedSet>> ResolveAsync(
        IList<PlacementPodSet> asked, IReadOnlyList<JsonObject> raw, string ns, UserInfo user, FieldErrors errors, CancellationToken cancellationToken)
    {
        var resolved = new List<ResolvedSet>();
        long pods = 0;
        for (var i = 0; i < asked.Count; i++)
        {
            var field = FormattableString.Invariant($"spec.pods[{i}]");
            var set = asked[i];
            if (ns.Length > 0 && !string.IsNullOrEmpty(set.Namespace) && set.Namespace != ns)
            {
                errors.Invalid($"{field}.namespace", set.Namespace, $"must be {ns}, the namespace of the review");
                continue;
            }

            var place = ns.Length > 0 ? ns : string.IsNullOrEmpty(set.Namespace) ? "default" : set.Namespace;
            var one = string.IsNullOrEmpty(set.Pod)
                ? await TemplateAsync(set, raw[i].Object("template"), field, place, user, errors, cancellationToken).ConfigureAwait(false)
                : Existing(set, field, place, errors);
            if (one is null)
                continue;
            pods += one.Replicas;
            resolved.Add(one);
        }

        if (pods > MostPods)
            errors.Invalid("spec.pods", pods, FormattableString.Invariant($"one review may ask about {MostPods} pods at most"));
        return resolved;
    }

    private ResolvedSet? Existing(PlacementPodSet set, string field, string ns, FieldErrors errors)
    {
        if (set.Workload is not null || set.Template is not null || set.Replicas is not null || set.Factor is not null)
        {
            errors.Forbidden($"{field}.pod", "excludes workload, template, replicas and factor");
            return null;
        }

        if (registry.Store.Get(new ObjectKey(_pods.StorageResource, ns, set.Pod!)) is not { } stored)
        {
            errors.NotFound($"{field}.pod", set.Pod);
            return null;
        }

        var name = string.IsNullOrEmpty(set.Name) ? set.Pod! : set.Name;
        return new ResolvedSet(name, ns, 1, new PodsToPlace(name, KubernetesJson.Deserialize<V1Pod>(Encoding.UTF8.GetString(stored.Json.Span)), 1) { Exists = true }, null, null);
    }

    private async ValueTask<ResolvedSet?> TemplateAsync(PlacementPodSet set, JsonObject? template, string field, string ns, UserInfo user, FieldErrors errors, CancellationToken cancellationToken)
    {
        var (known, workload) = Workload(set.Workload, field, ns, template is null, errors);
        if (!known)
            return null;
        if (template is null && workload is null)
        {
            errors.Required($"{field}.template", "name an existing pod or workload, or give a template");
            return null;
        }

        if (set is { Factor: not null, Replicas: not null } || (set.Factor is not null && workload is null))
        {
            errors.Forbidden($"{field}.factor", "multiplies an existing workload's number of pods, and excludes replicas");
            return null;
        }

        errors.Between($"{field}.replicas", set.Replicas, 0, MostPods);
        errors.NotNegative($"{field}.maxUnavailable", set.MaxUnavailable);
        if (set.Factor is <= 0 or > MostPods)
            errors.Invalid($"{field}.factor", set.Factor, "must be greater than 0");
        if (errors.Any)
            return null;
        var present = workload?.Replicas ?? 1;
        var replicas = set.Replicas ?? (set.Factor is { } factor ? (int)Math.Min(MostPods + 1, Math.Ceiling((present * factor) - 1e-9)) : present);
        var name = !string.IsNullOrEmpty(set.Name) ? set.Name : set.Workload?.Name is { Length: > 0 } named ? named : FormattableString.Invariant($"{field["spec.".Length..]}");
        var replaces = template is not null && workload is not null;
        try
        {
            var pod = await AdmitAsync(template ?? workload!.Template, set.Workload?.Name, ns, user, cancellationToken).ConfigureAwait(false);
            if (!replaces && workload is { Controller: { } controller })
                pod.Object("metadata")!["ownerReferences"] = new JsonArray(controller.DeepClone());
            var placed = new PodsToPlace(name, KubernetesJson.Deserialize<V1Pod>(pod.ToJsonString()), replicas)
            {
                Owners = workload?.Owners ?? new HashSet<string>(),
                Replaces = replaces,
                MaxUnavailable = set.MaxUnavailable ?? 0,
            };
            return new ResolvedSet(name, ns, replicas, placed, null, quotas.Shortage(ns, pod, placed));
        }
        catch (ApiStatusException e)
        {
            return new ResolvedSet(name, ns, replicas, null, e.Status.Message, null);
        }
    }

    // A namespace that is not there yet has no rules of its own: the pods are taken as they are.
    private async ValueTask<JsonObject> AdmitAsync(JsonObject template, string? name, string ns, UserInfo user, CancellationToken cancellationToken)
    {
        var metadata = (JsonObject?)template.Object("metadata")?.DeepClone() ?? [];
        metadata.Remove("name");
        metadata["generateName"] = $"{(string.IsNullOrEmpty(name) ? "review" : name)}-";
        metadata["namespace"] = ns;
        var pod = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = template.Object("spec")?.DeepClone() ?? new JsonObject() };
        if (registry.Store.Get(new ObjectKey("namespaces", "", ns)) is null)
        {
            _pods.Default(pod);
            return pod;
        }

        // Quotas are asked for all pods together, not for the first alone.
        var written = await registry.CreateAsync(_pods, ns, pod, new WriteOptions("placement-review", true, false, "", user) { CountsQuota = false }, cancellationToken).ConfigureAwait(false);
        return DocumentReader.Read(written.Json.Span);
    }

    // False when there is an error; no workload when none is asked for, or a template is given for one that is still to come.
    private (bool Known, ReviewedWorkload? Found) Workload(PlacementWorkload? asked, string field, string ns, bool needed, FieldErrors errors)
    {
        if (asked is null)
            return (true, null);
        var gvk = GroupVersionKind.From(string.IsNullOrEmpty(asked.ApiVersion) ? "apps/v1" : asked.ApiVersion, asked.Kind ?? "");
        if (asked.Kind is not ("Deployment" or "ReplicaSet" or "StatefulSet" or "ReplicationController" or "Job") || catalog.Kinds.FirstOrDefault(k => k.Gvk == gvk) is not { } kind)
        {
            errors.NotSupported($"{field}.workload.kind", asked.Kind, "Deployment", "ReplicaSet", "StatefulSet", "ReplicationController", "Job");
            return (false, null);
        }

        if (string.IsNullOrEmpty(asked.Name))
        {
            errors.Required($"{field}.workload.name");
            return (false, null);
        }

        if (registry.Store.Get(new ObjectKey(kind.StorageResource, ns, asked.Name)) is { } stored)
            return (true, ReviewedWorkload.Of(registry.Store, kind, stored));
        if (needed)
            errors.NotFound($"{field}.workload.name", asked.Name);
        return (!needed, null);
    }
}
