using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Admission;

/// <summary>
/// Gives a pod its service account, the account's image pull secrets, and the volume with the account's token unless pod or account say
/// <c>automountServiceAccountToken: false</c>. See https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#serviceaccount-admission-controller.
/// </summary>
internal sealed class ServiceAccounts(IObjectStore store) : IAdmission
{
    private const string Default = "default";
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string MirrorAnnotation = "kubernetes.io/config.mirror";

    // An hour and seven seconds: recognisable as a token nobody chose the length of.
    private const long TokenSeconds = 3607;

    public void Admit(AdmissionRequest request)
    {
        if (request.Operation != AdmissionOperation.Create || request.Kind.StorageResource != "pods" || request.Subresource.Length > 0 || request.Object is not { } pod || pod.Object("spec") is not { } spec)
            return;
        if (pod.Object("metadata").Object("annotations")?[MirrorAnnotation] is not null)
        {
            Mirror(request, spec);
            return;
        }

        if (string.IsNullOrEmpty(spec.Text("serviceAccountName")))
        {
            spec["serviceAccountName"] = Default;
            spec["serviceAccount"] = Default;
        }

        var name = spec.Text("serviceAccountName")!;
        var stored = store.Get(new ObjectKey("serviceaccounts", request.Namespace, name));
        // The controller makes the default account a moment after the namespace; until then the node waits for it, not the pod's creator.
        if (stored is null && name != Default)
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"error looking up service account {request.Namespace}/{name}: serviceaccount \"{name}\" not found");
        var account = stored is null ? null : DocumentReader.Read(stored.Json.Span);
        if (spec.Array("imagePullSecrets") is not { Count: > 0 } && account.Array("imagePullSecrets") is { Count: > 0 } pulls)
            spec["imagePullSecrets"] = pulls.DeepClone();
        if (spec.Flag("automountServiceAccountToken") ?? account.Flag("automountServiceAccountToken") ?? true)
            Mount(spec);
    }

    private static void Mirror(AdmissionRequest request, JsonObject spec)
    {
        if (!string.IsNullOrEmpty(spec.Text("serviceAccountName")))
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, "a mirror pod may not reference service accounts");
        if (spec.Objects("volumes").Any(v => v.Object("projected").Objects("sources").Any(s => s.Object("serviceAccountToken") is not null)))
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, "a mirror pod may not use ServiceAccountToken volume projections");
    }

    private static void Mount(JsonObject spec)
    {
        var without = PodTemplates.Containers(spec).Where(c => !c.Objects("volumeMounts").Any(m => m.Text("mountPath")?.TrimEnd('/') == MountPath)).ToArray();
        if (without.Length == 0)
            return;
        var volume = spec.Objects("volumes").FirstOrDefault(IsTokenVolume)?.Text("name");
        if (volume is null)
        {
            volume = "kube-api-access-" + ObjectMetadata.Suffix();
            if (spec["volumes"] is not JsonArray)
                spec["volumes"] = new JsonArray();
            spec.Array("volumes")!.Add((JsonNode)TokenVolume(volume));
        }

        foreach (var container in without)
        {
            if (container["volumeMounts"] is not JsonArray)
                container["volumeMounts"] = new JsonArray();
            container.Array("volumeMounts")!.Add((JsonNode)new JsonObject { ["name"] = volume, ["readOnly"] = true, ["mountPath"] = MountPath });
        }
    }

    private static bool IsTokenVolume(JsonObject volume) => volume.Text("name")?.StartsWith("kube-api-access-", StringComparison.Ordinal) == true && volume.Object("projected") is not null;

    private static JsonObject TokenVolume(string name) => new()
    {
        ["name"] = name,
        ["projected"] = new JsonObject
        {
            ["sources"] = new JsonArray(
                new JsonObject { ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = TokenSeconds, ["path"] = "token" } },
                new JsonObject { ["configMap"] = new JsonObject { ["name"] = "kube-root-ca.crt", ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }) } },
                new JsonObject { ["downwardAPI"] = new JsonObject { ["items"] = new JsonArray(new JsonObject { ["path"] = "namespace", ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" } }) } }),
            ["defaultMode"] = 420L,
        },
    };
}
