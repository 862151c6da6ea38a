using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Discovery;
using Kube.ApiServer.Placement;
using Kube.Machinery.Metadata;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>Answers the kinds that are asked, not stored: who am I, what may I, whose token is this.</summary>
internal sealed class ReviewHandler(RequestBody bodies, AccessReviews access, PlacementHandler placements, RequestAuthenticator authenticator, ApiServerOptions options)
{
    public static ReviewKind? Find(RequestPath path) =>
        ReviewKinds.All.OfType<ReviewKind>().FirstOrDefault(k => k.Gvk.Group == path.Group && k.Gvk.Version == path.Version && k.Plural == path.Resource);

    public async Task HandleAsync(HttpContext http, ReviewKind kind, RequestPath path, UserInfo user)
    {
        if (http.Request.Method != "POST" || path.Name.Length > 0 || kind.Namespaced != path.Namespace.Length > 0)
            throw Refusal.MethodNotAllowed();
        var review = await bodies.ObjectAsync(http, kind.Gvk, kind.Schema, http.RequestAborted).ConfigureAwait(false);
        var spec = review.Object("spec");
        review.Ensure("metadata").SetDefault("creationTimestamp", null);
        if (kind.Namespaced && spec.Object("resourceAttributes").Text("namespace") is { } asked && asked != path.Namespace)
            throw Refusal.BadRequest($"spec.resourceAttributes.namespace must match namespace: {path.Namespace}");
        review["status"] = kind.Gvk.Kind switch
        {
            "SelfSubjectReview" => new JsonObject { ["userInfo"] = Describe(user) },
            "SelfSubjectRulesReview" => await access.RulesAsync(user, spec, http.RequestAborted).ConfigureAwait(false),
            "TokenReview" => await TokenAsync(spec, http.RequestAborted).ConfigureAwait(false),
            "SelfSubjectAccessReview" => await access.AccessAsync(user, spec, kind.Gvk, http.RequestAborted).ConfigureAwait(false),
            "PlacementReview" or "LocalPlacementReview" => await placements.AnswerAsync(review, kind.Gvk, path.Namespace, user, http.RequestAborted).ConfigureAwait(false),
            _ => await access.AccessAsync(AccessReviews.Subject(spec, kind.Gvk), spec, kind.Gvk, http.RequestAborted).ConfigureAwait(false),
        };
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

    private async ValueTask<JsonObject> TokenAsync(JsonObject? spec, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(spec.Text("token")))
            throw Refusal.BadRequest("token is required for TokenReview in authentication");
        string[] asked = [.. spec.Texts("audiences")];
        var audiences = asked.Length > 0 ? asked : [.. options.ApiAudiences];
        if (await authenticator.TokenAsync(spec.Text("token")!, audiences, cancellationToken).ConfigureAwait(false) is not { } user)
            return new JsonObject { ["user"] = new JsonObject(), ["error"] = "the token is not valid for this cluster and audience" };
        return new JsonObject { ["authenticated"] = true, ["user"] = Describe(user), ["audiences"] = Texts(audiences) };
    }
}
