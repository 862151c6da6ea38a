using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Discovery;
using Kube.Machinery.Metadata;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>Answers the kinds that are asked, not stored: who am I, what may I.</summary>
internal sealed class ReviewHandler(RequestBody bodies, AuthorizerChain authorizers, RequestAuthenticator authenticator)
{
    public static ReviewKind? Find(RequestPath path) =>
        ReviewKinds.All.OfType<ReviewKind>().FirstOrDefault(k => k.Gvk.Group == path.Group && k.Gvk.Version == path.Version && k.Plural == path.Resource);

    public async Task HandleAsync(HttpContext http, ReviewKind kind, RequestPath path, UserInfo user)
    {
        if (http.Request.Method != "POST" || path.Name.Length > 0 || kind.Namespaced != path.Namespace.Length > 0)
            throw Refusal.MethodNotAllowed();
        var review = await bodies.ObjectAsync(http, kind.Gvk, kind.Schema, http.RequestAborted).ConfigureAwait(false);
        var spec = review.Object("spec");
        review["status"] = kind.Gvk.Kind switch
        {
            "SelfSubjectReview" => new JsonObject { ["userInfo"] = Describe(user) },
            "SelfSubjectRulesReview" => Rules(user),
            "TokenReview" => await TokenAsync(spec, http.RequestAborted).ConfigureAwait(false),
            "SelfSubjectAccessReview" => await AccessAsync(user, spec, http.RequestAborted).ConfigureAwait(false),
            _ => await AccessAsync(Subject(spec), spec, http.RequestAborted).ConfigureAwait(false),
        };
        if (kind.Gvk.Kind == "SelfSubjectReview")
            review.Ensure("metadata")["creationTimestamp"] = null;
        await Replies.JsonAsync(http, 201, JsonText.ToUtf8(review)).ConfigureAwait(false);
    }

    private static JsonObject Describe(UserInfo user)
    {
        var result = new JsonObject { ["username"] = user.Name };
        if (user.Uid.Length > 0)
            result["uid"] = user.Uid;
        result["groups"] = Texts(user.Groups);
        if (user.Extra.Count > 0)
            result["extra"] = new JsonObject(user.Extra.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)Texts(e.Value))));
        return result;
    }

    private static JsonArray Texts(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);

    private static UserInfo Subject(JsonObject? spec)
    {
        var groups = spec.Texts("groups").ToArray();
        if (string.IsNullOrEmpty(spec.Text("user")) && groups.Length == 0)
            throw Refusal.BadRequest("spec.user: Invalid value: \"\": at least one of user or group must be specified");
        return new UserInfo(spec.Text("user") ?? "", spec.Text("uid") ?? "", groups, UserInfo.NoExtra);
    }

    private static JsonObject Rules(UserInfo user)
    {
        var rules = new JsonArray();
        foreach (var rule in ComponentAuthorizer.RulesOf(user))
            rules.Add(new JsonObject { ["verbs"] = Texts(rule.Verbs), ["apiGroups"] = Texts(rule.Groups), ["resources"] = Texts(rule.Resources) });
        // Other authorizers decide case by case; their rules cannot be listed.
        return new JsonObject { ["resourceRules"] = rules, ["nonResourceRules"] = new JsonArray(), ["incomplete"] = !user.IsIn("system:masters") };
    }

    private async ValueTask<JsonObject> AccessAsync(UserInfo user, JsonObject? spec, CancellationToken cancellationToken)
    {
        AuthorizationAttributes attributes;
        if (spec.Object("resourceAttributes") is { } resource)
        {
            attributes = new AuthorizationAttributes(
                user, resource.Text("verb") ?? "", resource.Text("group") ?? "", resource.Text("resource") ?? "", resource.Text("subresource") ?? "", resource.Text("namespace") ?? "", resource.Text("name") ?? "", "");
        }
        else if (spec.Object("nonResourceAttributes") is { } path)
        {
            attributes = new AuthorizationAttributes(user, path.Text("verb") ?? "", "", "", "", "", "", path.Text("path") ?? "/");
        }
        else
        {
            throw Refusal.BadRequest("spec.resourceAttributes: Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified");
        }

        var decision = await authorizers.AuthorizeAsync(attributes, cancellationToken).ConfigureAwait(false);
        var status = new JsonObject { ["allowed"] = decision.Verdict == AuthorizationVerdict.Allow };
        if (decision.Verdict == AuthorizationVerdict.Deny)
            status["denied"] = true;
        if (decision.Reason.Length > 0)
            status["reason"] = decision.Reason;
        return status;
    }

    private async ValueTask<JsonObject> TokenAsync(JsonObject? spec, CancellationToken cancellationToken)
    {
        var user = await authenticator.TokenAsync(spec.Text("token") ?? "", cancellationToken).ConfigureAwait(false);
        return user is null ? new JsonObject { ["authenticated"] = false } : new JsonObject { ["authenticated"] = true, ["user"] = Describe(user) };
    }
}
