using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;

namespace Kube.ApiServer.Audit;

/// <summary>Which requests the audit log holds: what changes something, what is refused, what reads Secrets, and what opens a way into a container.</summary>
internal static class AuditPolicy
{
    private static readonly string[] Ways = ["exec", "attach", "portforward", "proxy"];

    public static bool Holds(RequestRecord record, int code)
    {
        if (code is 401 or 403)
            return true;
        if (record.Attributes is not { Path.Length: 0 } attributes || IsHeartbeat(attributes))
            return false;
        return attributes.Verb is not ("get" or "list" or "watch") ? !IsQuestion(attributes) : OpensWay(attributes) || IsSecret(attributes);
    }

    /// <summary>Requests that last: their beginning is noted too.</summary>
    public static bool IsLong(AuthorizationAttributes attributes) => attributes.Verb == "watch" || Ways.Contains(attributes.Subresource);

    // A node that says it lives says so every few seconds; the objects themselves tell the same.
    private static bool IsHeartbeat(AuthorizationAttributes attributes) =>
        attributes.Resource == "events" || (attributes.Resource == "leases" && (attributes.User.IsIn(NodeIdentity.Group) || attributes.User.Name.StartsWith("system:kube-", StringComparison.Ordinal)))
        || (attributes.Subresource == "status" && attributes.User.IsIn(NodeIdentity.Group));

    private static bool IsQuestion(AuthorizationAttributes attributes) => attributes.Resource.EndsWith("reviews", StringComparison.Ordinal) && attributes.Group is "authorization.k8s.io" or "authentication.k8s.io" && attributes.Subresource.Length == 0;

    private static bool OpensWay(AuthorizationAttributes attributes) => Ways.Contains(attributes.Subresource);

    private static bool IsSecret(AuthorizationAttributes attributes) => attributes is { Group: "", Resource: "secrets" };
}
