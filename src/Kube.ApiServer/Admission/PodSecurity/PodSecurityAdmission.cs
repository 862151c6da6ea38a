using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Admission.PodSecurity;

/// <summary>
/// Holds pods to the level their namespace enforces, and warns and notes in the audit log where it says so; workloads are only warned about, their pods are
/// what is refused. Every version label is judged by the rules of 1.32. See https://kubernetes.io/docs/concepts/security/pod-security-admission/.
/// </summary>
internal sealed class PodSecurityAdmission(IObjectStore store) : IAdmission
{
    private const string AuditPrefix = "pod-security.kubernetes.io/";
    private const int MostPodsLookedAt = 3000;

    public void Admit(AdmissionRequest request)
    {
        if (request.Operation == AdmissionOperation.Delete || request.Object is not { } document)
            return;
        if (request.Kind.StorageResource == "namespaces")
        {
            Namespace(request, document);
            return;
        }

        if (request.Subresource is not ("" or "ephemeralcontainers" or "resize") || PodOf(request.Kind.StorageResource, document) is not { } pod)
            return;
        var isPod = request.Kind.StorageResource == "pods";
        if (isPod && request.Old is { } old && !IsSignificant(document, old))
            return;
        if (store.Get(new ObjectKey("namespaces", "", request.Namespace)) is not { } ns)
            return;
        var policy = NamespacePolicy.Read(ns.Labels);
        if (!policy.IsPrivileged)
            Judge(request, policy, pod, isPod);
    }

    private static void Judge(AdmissionRequest request, NamespacePolicy policy, PodView pod, bool isPod)
    {
        if (isPod && policy.Enforce != PodSecurityLevel.Privileged)
        {
            request.Feedback.Annotate(AuditPrefix + "enforce-policy", $"{NamespacePolicy.Word(policy.Enforce)}:{policy.EnforceVersion}");
            if (Describe(policy.Enforce, policy.EnforceVersion, pod) is { } violation)
                throw Refusal.Forbidden(request.Kind.Resource, request.Name, "violates " + violation);
        }

        if (Describe(policy.Audit, policy.AuditVersion, pod) is { } noted)
            request.Feedback.Annotate(AuditPrefix + "audit-violations", "would violate " + noted);
        if (Describe(policy.Warn, policy.WarnVersion, pod) is { } warned)
            request.Feedback.Warn("would violate " + warned);
    }

    private static string? Describe(PodSecurityLevel level, string version, PodView pod)
    {
        var violations = PodSecurityStandards.Violations(level, pod);
        return violations.Count == 0 ? null : $"PodSecurity \"{NamespacePolicy.Word(level)}:{version}\": {string.Join(", ", violations)}";
    }

    private static PodView? PodOf(string resource, JsonObject document) => resource switch
    {
        "pods" => document.Object("spec") is { } spec ? new PodView(document.Object("metadata"), spec) : null,
        "podtemplates" => Template(document.Object("template")),
        "cronjobs.batch" => Template(document.Object("spec").Object("jobTemplate").Object("spec").Object("template")),
        "deployments.apps" or "replicasets.apps" or "statefulsets.apps" or "daemonsets.apps" or "jobs.batch" or "replicationcontrollers" => Template(document.Object("spec").Object("template")),
        _ => null,
    };

    private static PodView? Template(JsonObject? template) => template.Object("spec") is { } spec ? new PodView(template.Object("metadata"), spec) : null;

    // A new image or toleration changes nothing that is judged; a pod from before the label must still be able to get its finalizers off.
    private static bool IsSignificant(JsonObject document, JsonObject old)
    {
        return !JsonNode.DeepEquals(Judged(document), Judged(old));

        static JsonObject Judged(JsonObject pod)
        {
            var spec = (JsonObject?)pod.Object("spec")?.DeepClone() ?? [];
            foreach (var field in (string[])["tolerations", "activeDeadlineSeconds", "terminationGracePeriodSeconds", "schedulingGates", "nodeName"])
                spec.Remove(field);
            foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers")))
                container.Remove("image");
            var profiles = (pod.Object("metadata").Object("annotations") ?? []).Where(a => a.Key.Contains("apparmor", StringComparison.Ordinal)).Select(a => KeyValuePair.Create(a.Key, a.Value?.DeepClone()));
            spec["annotations"] = new JsonObject(profiles);
            return spec;
        }
    }

    private void Namespace(AdmissionRequest request, JsonObject document)
    {
        if (request.Subresource.Length > 0)
            return;
        var labels = ObjectMetadata.Labels(document);
        var errors = new FieldErrors();
        NamespacePolicy.Validate(labels, errors);
        if (errors.Any)
            throw Refusal.Invalid(request.Kind.Gvk, request.Name, errors.Causes);
        if (request.Old is not { } old)
            return;
        var (now, before) = (NamespacePolicy.Read(labels), NamespacePolicy.Read(ObjectMetadata.Labels(old)));
        if (now.Enforce <= before.Enforce)
            return;
        var violating = store.List("pods", request.Name).Items.Take(MostPodsLookedAt)
            .Select(stored => (stored.Key.Name, Violations: PodSecurityStandards.Violations(now.Enforce, PodOf("pods", DocumentReader.Read(stored.Json.Span))!)))
            .Where(p => p.Violations.Count > 0)
            .GroupBy(p => string.Join(", ", p.Violations.Select(v => v.Reason)))
            .ToArray();
        if (violating.Length == 0)
            return;
        request.Feedback.Warn($"existing pods in namespace \"{request.Name}\" violate the new PodSecurity enforce level \"{NamespacePolicy.Word(now.Enforce)}:{now.EnforceVersion}\"");
        foreach (var same in violating)
            request.Feedback.Warn($"{same.First().Name}{(same.Count() > 1 ? $" (and {same.Count() - 1} other pod{(same.Count() > 2 ? "s" : "")})" : "")}: {same.Key}");
    }
}
