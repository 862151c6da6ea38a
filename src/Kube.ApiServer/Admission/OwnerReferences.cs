using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Authorization.Rbac;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Admission;

/// <summary>
/// Whoever changes the owners of an object must be able to delete it, and whoever makes it hold up its owner's deletion must be able to set the owner's
/// finalizers. See https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#ownerreferencespermissionenforcement.
/// </summary>
internal sealed class OwnerReferences(ResourceCatalog catalog, RbacAuthorizer rbac) : IAdmission
{
    public void Admit(AdmissionRequest request)
    {
        if (request.Operation == AdmissionOperation.Delete || request.Subresource == "status" || request.Object is not { } document || request.User.IsIn(MastersAuthorizer.Group))
            return;
        var now = document.Object("metadata").Array("ownerReferences");
        var before = request.Old.Object("metadata").Array("ownerReferences");
        if ((now is null && before is null) || JsonNode.DeepEquals(now, before))
            return;
        if (request.Operation == AdmissionOperation.Update)
            Require(request, "delete", request.Kind, "", request.Name, "cannot set an ownerRef on a resource you can't delete");
        foreach (var owner in document.Object("metadata").Objects("ownerReferences").Where(o => o.Flag("blockOwnerDeletion") == true && !Blocked(request.Old, o)))
        {
            var gvk = GroupVersionKind.From(owner.Text("apiVersion") ?? "", owner.Text("kind") ?? "");
            // A kind nobody serves cannot be held up.
            if (catalog.Kinds.FirstOrDefault(k => k.Gvk == gvk) is { } kind)
                Require(request, "update", kind, "finalizers", owner.Text("name") ?? "", "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on");
        }
    }

    private static bool Blocked(JsonObject? old, JsonObject owner) =>
        old.Object("metadata").Objects("ownerReferences").Any(o => o.Text("uid") == owner.Text("uid") && o.Flag("blockOwnerDeletion") == true);

    private void Require(AdmissionRequest request, string verb, ResourceKind kind, string subresource, string name, string why)
    {
        // A node is no subject of roles; what it may write is decided by NodeRestriction.
        if (request.User.IsIn(NodeIdentity.Group))
            return;
        var attributes = new AuthorizationAttributes(request.User, verb, kind.Gvk.Group, kind.Plural, subresource, kind.Namespaced ? request.Namespace : "", name, "");
        if (rbac.Decide(attributes).Verdict != AuthorizationVerdict.Allow)
            throw Refusal.Forbidden(request.Kind.Resource, request.Name, $"{why}: {AuthorizerChain.Describe(attributes, "")}");
    }
}
