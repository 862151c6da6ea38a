using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Discovery;
using Kube.ApiServer.Metrics;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Schema;
using Kube.ApiServer.Storage;
using Kube.Machinery.Patches;
using Kube.Machinery.Schema;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Http;

/// <summary>The way of a request: authenticate, authorize, find the kind, call the handler; whatever is refused ends as a Status.</summary>
internal sealed class RequestDispatcher(
    ResourceCatalog catalog,
    RequestAuthenticator authenticator,
    AuthorizerChain authorizers,
    DiscoveryHandler discovery,
    OpenApiHandler openApi,
    ReviewHandler reviews,
    ReadHandler reads,
    WriteHandler writes,
    PatchHandler patches,
    WatchHandler watches,
    SubresourceHandler subresources,
    MetricsHandler metrics,
    StandingGrant grants,
    ILogger<RequestDispatcher> logger)
{
    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await DispatchAsync(http).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the server stops: there is nobody to answer, and a client left waiting should see the end.
            http.Abort();
        }
        catch (ConnectionResetException)
        {
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            http.Response.Clear();
            await Replies.StatusAsync(http, StatusOf(e, http)).ConfigureAwait(false);
        }
    }

    private ApiStatus StatusOf(Exception exception, HttpContext http)
    {
        switch (exception)
        {
            case ApiStatusException refusal:
                return refusal.Status;
            case DecodeException decode:
                return Refusal.BadRequest(decode.Message).Status;
            case PatchException patch:
                return patch.Malformed ? Refusal.BadRequest(patch.Message).Status : new ApiStatus(422, "Invalid", patch.Message);
            case ExpiredRevisionException expired:
                return Refusal.Expired(expired.Message).Status;
            case StoreUnavailableException unavailable:
                return Refusal.Unavailable(unavailable.Message).Status;
            case BadHttpRequestException bad:
                return bad.StatusCode == 413 ? Refusal.TooLarge(0).Status : Refusal.BadRequest(bad.Message).Status;
            case EndOfStreamException:
                return Refusal.BadRequest("the request body ended early").Status;
            default:
                Log.RequestFailed(logger, http.Request.Method, http.Request.Path, exception);
                return new ApiStatus(500, "InternalError", "Internal error occurred; the server's log has the details");
        }
    }

    private async Task DispatchAsync(HttpContext http)
    {
        var raw = http.Request.Path.Value ?? "/";
        var authenticated = await authenticator.AuthenticateAsync(http).ConfigureAwait(false) ?? throw Refusal.Unauthorized();
        var user = Impersonate(http, authenticated);
        var path = RequestPath.Parse(raw);
        if (path is null)
        {
            await NonResourceAsync(http, user, raw).ConfigureAwait(false);
            return;
        }

        var verb = VerbOf(http.Request, path);
        var attributes = new AuthorizationAttributes(user, verb, path.Group, path.Resource, path.Subresource, path.Namespace, path.Name, "", http.Request.Query.TryGetValue("fieldSelector", out var selector) ? selector.ToString() : null);
        await AuthorizeAsync(attributes, http).ConfigureAwait(false);
        if (ReviewHandler.Find(path) is { } review)
        {
            await reviews.HandleAsync(http, review, path, user).ConfigureAwait(false);
            return;
        }

        var kind = catalog.Find(path.Group, path.Version, path.Resource) ?? throw Refusal.UnknownPath();
        if (!kind.Namespaced && path.Namespace.Length > 0)
            throw Refusal.UnknownPath();
        if (kind.Namespaced && path.Namespace.Length == 0 && (path.Name.Length > 0 || verb is "create" or "deletecollection"))
            throw Refusal.UnknownPath();
        var request = new ResourceRequest(http, path, kind, verb, user);
        if (IsLong(request))
            await grants.ServeAsync(http, attributes, again => Impersonate(http, again), () => ServeAsync(request)).ConfigureAwait(false);
        else
            await ServeAsync(request).ConfigureAwait(false);
    }

    private Task ServeAsync(ResourceRequest request) => request.Path.Subresource.Length > 0 ? subresources.HandleAsync(request) : ObjectAsync(request);

    // Answers without an end of their own; everything else is over before a lost right could matter.
    private static bool IsLong(ResourceRequest request) =>
        request.Verb == "watch" || (request.Path.Subresource == "log" && request.Flag("follow")) || request.Path.Subresource is "exec" or "attach" or "portforward";

    private Task ObjectAsync(ResourceRequest request) => request.Verb switch
    {
        _ when !request.Kind.Verbs.Contains(request.Verb) => throw Refusal.MethodNotAllowed(),
        "get" or "list" when request.Kind is NodeMetricsKind or PodMetricsKind => metrics.HandleAsync(request),
        "get" => reads.GetAsync(request),
        "list" => reads.ListAsync(request),
        "watch" => watches.WatchAsync(request),
        "create" when request.Path.Name.Length == 0 => writes.CreateAsync(request),
        "update" when request.Path.Name.Length > 0 => writes.UpdateAsync(request, ""),
        "patch" when request.Path.Name.Length > 0 => patches.PatchAsync(request, ""),
        "delete" => writes.DeleteAsync(request),
        "deletecollection" => writes.DeleteCollectionAsync(request),
        _ => throw Refusal.MethodNotAllowed(),
    };

    private static string VerbOf(HttpRequest request, RequestPath path)
    {
        var watch = request.Query["watch"].ToString() is "true" or "1" or "True";
        return request.Method switch
        {
            "GET" or "HEAD" => watch && path.Subresource.Length == 0 ? "watch" : path.Name.Length > 0 ? "get" : "list",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => path.Name.Length > 0 ? "delete" : "deletecollection",
            _ => throw Refusal.MethodNotAllowed(),
        };
    }

    private async Task NonResourceAsync(HttpContext http, UserInfo user, string path)
    {
        await AuthorizeAsync(new AuthorizationAttributes(user, http.Request.Method.ToLowerInvariant(), "", "", "", "", "", path), http).ConfigureAwait(false);
        if (path is "/healthz" or "/livez" or "/readyz" || path.StartsWith("/readyz/", StringComparison.Ordinal) || path.StartsWith("/livez/", StringComparison.Ordinal) || path.StartsWith("/healthz/", StringComparison.Ordinal))
        {
            http.Response.ContentType = "text/plain; charset=utf-8";
            await http.Response.WriteAsync("ok", http.RequestAborted).ConfigureAwait(false);
            return;
        }

        if (path is "/version" or "/version/")
        {
            await Replies.JsonAsync(http, 200, VersionDocument.ToUtf8()).ConfigureAwait(false);
            return;
        }

        if (await openApi.TryHandleAsync(http, path).ConfigureAwait(false) || await discovery.TryHandleAsync(http, path).ConfigureAwait(false))
            return;
        throw Refusal.UnknownPath();
    }

    private async ValueTask AuthorizeAsync(AuthorizationAttributes attributes, HttpContext http)
    {
        var decision = await authorizers.AuthorizeAsync(attributes, http.RequestAborted).ConfigureAwait(false);
        if (decision.Verdict == AuthorizationVerdict.Allow)
            return;
        if (attributes.User == UserInfo.Anonymous)
            throw Refusal.Unauthorized();
        var why = AuthorizerChain.Describe(attributes, decision.Reason);
        throw attributes.Path.Length > 0
            ? new ApiStatusException(new ApiStatus(403, "Forbidden", $"forbidden: {why}"))
            : Refusal.Forbidden(new(attributes.Group, attributes.Resource), attributes.Name, why);
    }

    private static UserInfo Impersonate(HttpContext http, UserInfo user)
    {
        var headers = http.Request.Headers;
        var name = headers["Impersonate-User"].ToString();
        if (name.Length == 0)
            return headers.ContainsKey("Impersonate-Group") ? throw Refusal.BadRequest("requested groups without impersonating a user") : user;
        if (!user.IsIn("system:masters") && user.Name != "system:portal")
        {
            var attributes = new AuthorizationAttributes(user, "impersonate", "", "users", "", "", name, "");
            throw Refusal.Forbidden(new("", "users"), name, AuthorizerChain.Describe(attributes, ""));
        }

        var groups = headers["Impersonate-Group"].Where(g => !string.IsNullOrEmpty(g)).Select(g => g!).ToList();
        // Acting for somebody must never give more than the one who acts has.
        if (groups.Contains("system:masters") && !user.IsIn("system:masters"))
            throw Refusal.Forbidden(new("", "groups"), "system:masters", $"User \"{user.Name}\" cannot impersonate resource \"groups\" in API group \"\" at the cluster scope");
        if (name != UserInfo.Anonymous.Name && !groups.Contains("system:authenticated"))
            groups.Add("system:authenticated");
        return new UserInfo(name, headers["Impersonate-Uid"].ToString(), groups, UserInfo.NoExtra);
    }
}
