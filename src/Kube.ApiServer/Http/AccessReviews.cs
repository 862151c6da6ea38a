using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Http;

/// <summary>Answers the reviews of <c>authorization.k8s.io</c> by the same chain that decides requests: may one do this, what may one do.</summary>
internal sealed class AccessReviews(AuthorizerChain authorizers)
{
    /// <summary>May the user do what the spec says?</summary>
    public async ValueTask<JsonObject> AccessAsync(UserInfo user, JsonObject? spec, GroupVersionKind review, CancellationToken cancellationToken)
    {
        var decision = await authorizers.AuthorizeAsync(Attributes(user, spec, review), cancellationToken).ConfigureAwait(false);
        var status = new JsonObject { ["allowed"] = decision.Verdict == AuthorizationVerdict.Allow };
        if (decision.Verdict == AuthorizationVerdict.Deny)
            status["denied"] = true;
        if (decision.Reason.Length > 0)
            status["reason"] = decision.Reason;
        return status;
    }

    /// <summary>What may the user do in the namespace of the spec?</summary>
    public async ValueTask<JsonObject> RulesAsync(UserInfo user, JsonObject? spec, CancellationToken cancellationToken)
    {
        var rules = await authorizers.RulesAsync(user, spec.Text("namespace") ?? "", cancellationToken).ConfigureAwait(false);
        var resourceRules = new JsonArray();
        var pathRules = new JsonArray();
        foreach (var rule in rules.Rules)
            (rule.NonResourceUrls.Count > 0 ? pathRules : resourceRules).Add((JsonNode)rule.ToJson());
        return new JsonObject { ["resourceRules"] = resourceRules, ["nonResourceRules"] = pathRules, ["incomplete"] = rules.Incomplete };
    }

    /// <summary>The subject that a SubjectAccessReview asks about.</summary>
    public static UserInfo Subject(JsonObject? spec, GroupVersionKind review)
    {
        var groups = spec.Texts("groups").ToArray();
        if (string.IsNullOrEmpty(spec.Text("user")) && groups.Length == 0)
            throw Invalid(review, errors => errors.Invalid("spec.user", "", "at least one of user or group must be specified"));
        var extra = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (key, _) in spec.Object("extra") ?? [])
            extra[key] = [.. spec.Object("extra").Texts(key)];
        return new UserInfo(spec.Text("user") ?? "", spec.Text("uid") ?? "", groups, extra);
    }

    private static AuthorizationAttributes Attributes(UserInfo user, JsonObject? spec, GroupVersionKind review)
    {
        var (resource, path) = (spec.Object("resourceAttributes"), spec.Object("nonResourceAttributes"));
        if (resource is null == path is null)
            throw Invalid(review, errors => errors.Invalid("spec.resourceAttributes", null, "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        if (resource is null)
            return new AuthorizationAttributes(user, path.Text("verb") ?? "", "", "", "", "", "", path.Text("path") is { Length: > 0 } at ? at : "/");
        return new AuthorizationAttributes(
            user, resource.Text("verb") ?? "", resource.Text("group") ?? "", resource.Text("resource") ?? "", resource.Text("subresource") ?? "", resource.Text("namespace") ?? "", resource.Text("name") ?? "", "", Selector(resource));
    }

    private static string? Selector(JsonObject resource)
    {
        var selector = resource.Object("fieldSelector");
        if (selector.Text("rawSelector") is { Length: > 0 } raw)
            return raw;
        var parts = selector.Objects("requirements").Where(r => r.Text("operator") is "In" or "NotIn" && r.Array("values") is [_])
            .Select(r => $"{r.Text("key")}{(r.Text("operator") == "In" ? "=" : "!=")}{r.Texts("values").First()}").ToArray();
        return parts.Length == 0 ? null : string.Join(',', parts);
    }

    private static ApiStatusException Invalid(GroupVersionKind review, Action<FieldErrors> fault)
    {
        var errors = new FieldErrors();
        fault(errors);
        return Refusal.Invalid(review, "", errors.Causes);
    }
}
