using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.Machinery.Metadata;
using Kube.Machinery.Nodes;

namespace Kube.ApiServer.Admission;

/// <summary>
/// Keeps a node to itself where authorization cannot look, in the bodies: it registers only under its own name, does not touch its taints,
/// schedulability or pod range, and does not give itself labels that place workloads.
/// See https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction.
/// </summary>
internal sealed class NodeRestriction : IAdmission
{
    private static readonly string[] OwnLabels = ["kubernetes.io/hostname", "kubernetes.io/arch", "kubernetes.io/os", "node.kubernetes.io/instance-type", "topology.kubernetes.io/region", "topology.kubernetes.io/zone"];
    private static readonly string[] GuardedSpec = ["taints", "unschedulable", "podCIDR", "podCIDRs"];

    public void Admit(AdmissionRequest request)
    {
        if (!request.User.IsIn(NodeIdentity.Group))
            return;
        if (NodeIdentity.NodeOf(request.User) is not { } node)
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"could not determine node from user \"{request.User.Name}\"");
        switch (request.Kind.StorageResource)
        {
            case "nodes":
                Node(request, node);
                break;
            case "leases.coordination.k8s.io" when request.Name != node || request.Namespace != "kube-node-lease":
                throw Refuse(request, $"node \"{node}\" may only keep its own lease");
            case "csinodes.storage.k8s.io" when request.Name != node:
                throw Refuse(request, $"node \"{node}\" may only keep its own CSINode");
            case "pods" when request.Operation == AdmissionOperation.Create:
                throw Refuse(request, $"node \"{node}\" may not create pods");
        }
    }

    /// <summary>A node asks only for tokens bound to pods that run on it.</summary>
    public static void AdmitToken(UserInfo user, Kube.Machinery.Metadata.GroupResource resource, string name, IReadOnlyDictionary<string, Authentication.ServiceAccounts.BoundObject> bound, string? podNode)
    {
        if (!user.IsIn(NodeIdentity.Group))
            return;
        var node = NodeIdentity.NodeOf(user) ?? throw Refusal.Forbidden(resource, name, $"could not determine node from user \"{user.Name}\"");
        if (!bound.ContainsKey("pod"))
            throw Refusal.Forbidden(resource, name, "node requested token not bound to a pod");
        if (podNode != node)
            throw Refusal.Forbidden(resource, name, "node requested token bound to a pod scheduled on a different node");
    }

    private static void Node(AdmissionRequest request, string node)
    {
        if (request.Name != node)
            throw Refuse(request, $"node \"{node}\" is not allowed to modify node \"{request.Name}\"");
        if (request.Object is not { } document || request.Subresource == "status")
            return;
        // An owner that is about to go would take the node along.
        if (!JsonNode.DeepEquals(document.Object("metadata").Array("ownerReferences") ?? [], request.Old.Object("metadata").Array("ownerReferences") ?? []))
            throw Refuse(request, $"node \"{node}\" is not allowed to set ownerReferences");
        // What the server holds against a node is not for the node to write.
        if (document.Object("metadata").Object("annotations").Text(NodeAccusation.Annotation) != request.Old.Object("metadata").Object("annotations").Text(NodeAccusation.Annotation))
            throw Refuse(request, $"node \"{node}\" is not allowed to modify annotation {NodeAccusation.Annotation}");
        Labels(request, node, document.Object("metadata").Object("labels"), request.Old.Object("metadata").Object("labels"));
        if (request.Operation != AdmissionOperation.Update)
        {
            if (document.Object("spec")?["podCIDR"] is not null || document.Object("spec")?["podCIDRs"] is not null)
                throw Refuse(request, $"node \"{node}\" is not allowed to choose its pod range");
            return;
        }

        foreach (var field in GuardedSpec)
        {
            if (!JsonNode.DeepEquals(document.Object("spec")?[field], request.Old.Object("spec")?[field]))
                throw Refuse(request, $"node \"{node}\" is not allowed to modify {field}");
        }
    }

    private static void Labels(AdmissionRequest request, string node, JsonObject? now, JsonObject? before)
    {
        var changed = (now ?? []).Where(l => before.Text(l.Key) != l.Value.AsText()).Select(l => l.Key).Concat((before ?? []).Where(l => now?.ContainsKey(l.Key) != true).Select(l => l.Key));
        foreach (var key in changed.Where(k => !MaySet(k)))
            throw Refuse(request, $"is not allowed to modify labels: {key}");
    }

    private static bool MaySet(string key)
    {
        if (OwnLabels.Contains(key))
            return true;
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash < 0 ? "" : key[..slash];
        if (prefix is "kubelet.kubernetes.io" or "node.kubernetes.io" || prefix.EndsWith(".kubelet.kubernetes.io", StringComparison.Ordinal) || (prefix.EndsWith(".node.kubernetes.io", StringComparison.Ordinal) && !prefix.StartsWith("node-restriction", StringComparison.Ordinal)))
            return true;
        return !(prefix == "kubernetes.io" || prefix == "k8s.io" || prefix.EndsWith(".kubernetes.io", StringComparison.Ordinal) || prefix.EndsWith(".k8s.io", StringComparison.Ordinal) || prefix == "portal");
    }

    private static ApiStatusException Refuse(AdmissionRequest request, string why) => Refusal.Forbidden(request.Kind.Resource, request.Name, why);
}
