using Kube.ApiServer.Authentication;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Selectors;

namespace Kube.ApiServer.Authorization;

/// <summary>
/// What a node may do: read what routing needs (nodes, services, endpoint slices), keep its own Node and Lease, see and report on the pods bound to it,
/// and read the Secrets, ConfigMaps, service accounts and claims that those pods name. See https://kubernetes.io/docs/reference/access-authn-authz/node/.
/// </summary>
internal sealed class NodeAuthorizer(IObjectStore store, PodReferences references) : IAuthorizer
{
    private static readonly string[] Routing = ["services", "endpoints", "endpointslices.discovery.k8s.io", "nodes", "namespaces", "networkpolicies.networking.k8s.io", "runtimeclasses.node.k8s.io"];

    public ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken)
    {
        if (!attributes.User.IsIn(NodeIdentity.Group) || attributes.Path.Length > 0)
            return ValueTask.FromResult(AuthorizationDecision.NoOpinion);
        if (NodeIdentity.NodeOf(attributes.User) is not { } node)
            return ValueTask.FromResult(AuthorizationDecision.NoOpinion);
        return ValueTask.FromResult(Allows(attributes, node) ? AuthorizationDecision.Allow : AuthorizationDecision.NoOpinion);
    }

    public ValueTask<AuthorizationRules> RulesAsync(UserInfo user, string ns, CancellationToken cancellationToken) =>
        ValueTask.FromResult(NodeIdentity.NodeOf(user) is null ? AuthorizationRules.None : new AuthorizationRules([new PolicyRule([""], ["nodes"], ["get", "list", "watch"])], Incomplete: true));

    private bool Allows(AuthorizationAttributes a, string node)
    {
        var resource = a.Group.Length == 0 ? a.Resource : $"{a.Resource}.{a.Group}";
        var reads = a.Verb is "get" or "list" or "watch";
        switch (resource)
        {
            case "serviceaccounts" when a.Subresource == "token":
                // NodeRestriction checks in the body that the token is bound to a pod of this node.
                return a.Verb == "create" && references.Uses(node, "serviceaccounts", a.Namespace, a.Name);
            case "persistentvolumes":
                return reads && a.Subresource.Length == 0 && Named(a) is { Length: > 0 } volume
                    // That a volume is gone tells a node to remove its directory.
                    && (references.UsesVolume(node, volume) || (a.Verb == "get" && store.Get(new ObjectKey("persistentvolumes", "", volume)) is null));
            case "nodes":
                // A create names its node in the body; NodeRestriction checks it there.
                return (a.Subresource.Length == 0 && (reads || a.Verb == "create")) || (a.Name == node && (a.Subresource is "" or "status") && (a.Verb is "get" or "update" or "patch"));
            case "leases.coordination.k8s.io":
                return a.Namespace == "kube-node-lease" && (a.Name == node || a.Verb == "create" || (reads && Selected(a, "metadata.name") == node)) && a.Verb is not "deletecollection";
            case "csinodes.storage.k8s.io":
                return a.Subresource.Length == 0 && (a.Name == node || a.Verb == "create") && a.Verb is ("get" or "create" or "update" or "patch" or "delete");
            case "pods":
                return Pod(a, node, reads);
            case "configmaps" when a.Namespace == "kube-public":
                // What a cluster tells everybody who belongs to it, as kubeadm's cluster-info.
                return reads && a.Subresource.Length == 0;
            case "secrets" or "configmaps" or "serviceaccounts" or "persistentvolumeclaims":
                return reads && a.Subresource.Length == 0 && Named(a) is { Length: > 0 } name && references.Uses(node, a.Resource, a.Namespace, name);
            case "events" or "events.events.k8s.io":
                return a.Verb is "create" or "update" or "patch";
            case "certificatesigningrequests.certificates.k8s.io":
                return a.Subresource.Length == 0 && (a.Verb == "create" || reads);
            default:
                return reads && a.Subresource.Length == 0 && Routing.Contains(resource);
        }
    }

    private bool Pod(AuthorizationAttributes a, string node, bool reads)
    {
        if (reads && a.Name.Length == 0)
            return Selected(a, "spec.nodeName") == node;
        if (a.Name.Length == 0 || store.Get(new ObjectKey("pods", a.Namespace, a.Name)) is not { } pod || FieldReader.Text(pod.Json, "spec.nodeName") != node)
            return false;
        return (a.Subresource, a.Verb) switch
        {
            ("", "get" or "watch" or "delete") => true,
            ("status", "get" or "update" or "patch") => true,
            ("eviction", "create") => true,
            _ => false,
        };
    }

    private static string? Named(AuthorizationAttributes a) => a.Name.Length > 0 ? a.Name : Selected(a, "metadata.name");

    private static string? Selected(AuthorizationAttributes a, string field)
    {
        try
        {
            return FieldSelector.Parse(a.FieldSelector).Exactly(field);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
