using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Authorization.Rbac;
using Kube.ApiServer.Http;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Admission;

/// <summary>
/// Nobody gives rights away that he does not have: a role may hold only rules its writer has, unless he may <c>escalate</c> it, and a binding may
/// name only a role whose rules its writer has, unless he may <c>bind</c> it.
/// See https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping.
/// </summary>
internal sealed class RoleEscalation(RbacIndex index, RbacAuthorizer rbac) : IAdmission
{
    private const string Group = "rbac.authorization.k8s.io";
    private static readonly PolicyRule[] Everything = [new(["*"], ["*"], ["*"])];

    public void Admit(AdmissionRequest request)
    {
        if (request.Operation == AdmissionOperation.Delete || request.Kind.Gvk.Group != Group || request.Object is not { } document || request.User.IsIn(MastersAuthorizer.Group))
            return;
        if (request.Old is { } old && OnlyLetsGo(document, old))
            return;
        if (request.Kind.Plural is "roles" or "clusterroles")
            Role(request, document);
        else
            Binding(request, document);
    }

    private void Role(AdmissionRequest request, JsonObject document)
    {
        if (May(request.User, "escalate", request.Kind.Plural, request.Namespace, request.Name))
            return;
        var held = Held(request);
        Confirm(request, held, document.Objects("rules").Select(PolicyRule.Read));
        // An aggregated role gathers rules of roles that do not exist yet.
        if (document["aggregationRule"] is not null && RuleCoverage.Missing(held, Everything) is { Count: > 0 } missing)
            throw Refuse(request, "must have cluster-admin privileges to use an aggregationRule", missing);
    }

    private void Binding(AdmissionRequest request, JsonObject document)
    {
        var role = document.Object("roleRef");
        var (kind, name) = (role.Text("kind") ?? "", role.Text("name") ?? "");
        var plural = kind == "ClusterRole" ? "clusterroles" : "roles";
        if (May(request.User, "bind", plural, request.Namespace, name))
            return;
        var rules = index.RulesOf(request.Namespace, kind, name) ?? throw Refusal.NotFound(new GroupResource(Group, plural), name);
        Confirm(request, Held(request), rules);
    }

    private PolicyRule[] Held(AdmissionRequest request) => [.. index.RulesOf(request.User, request.Namespace).Select(r => r.Rule)];

    private bool May(UserInfo user, string verb, string resource, string ns, string name) =>
        rbac.Decide(new AuthorizationAttributes(user, verb, Group, resource, "", ns, name, "")).Verdict == AuthorizationVerdict.Allow;

    private static void Confirm(AdmissionRequest request, PolicyRule[] held, IEnumerable<PolicyRule> wanted)
    {
        if (RuleCoverage.Missing(held, wanted) is { Count: > 0 } missing)
            throw Refuse(request, "is attempting to grant RBAC permissions not currently held", missing);
    }

    private static ApiStatusException Refuse(AdmissionRequest request, string what, IEnumerable<PolicyRule> missing)
    {
        var groups = string.Join(' ', request.User.Groups.Select(g => $"\"{g}\""));
        return Refusal.Forbidden(request.Kind.Resource, request.Name, $"user \"{request.User.Name}\" (groups=[{groups}]) {what}:\n{string.Join('\n', missing.Select(m => m.ToString()).Order(StringComparer.Ordinal))}");
    }

    // The garbage collector takes owners and finalizers off objects it may not grant.
    private static bool OnlyLetsGo(JsonObject document, JsonObject old)
    {
        var (now, before) = ((JsonObject)document.DeepClone(), (JsonObject)old.DeepClone());
        foreach (var metadata in (JsonObject?[])[now.Object("metadata"), before.Object("metadata")])
        {
            foreach (var field in (string[])["ownerReferences", "finalizers", "managedFields", "resourceVersion", "generation"])
                metadata?.Remove(field);
        }

        return JsonNode.DeepEquals(now, before);
    }
}
