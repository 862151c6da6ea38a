using Kube.ApiServer.Audit;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authentication.ServiceAccounts;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Discovery;
using Kube.ApiServer.Fairness;
using Kube.ApiServer.Metrics;
using Kube.ApiServer.Peers;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Registry.Custom;
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
    CustomDefinitions definitions,
    RequestAuthenticator authenticator,
    Impersonation impersonation,
    AuthorizerChain authorizers,
    IssuerDiscovery issuer,
    DiscoveryHandler discovery,
    OpenApiHandler openApi,
    ReviewHandler reviews,
    ReadHandler reads,
    WriteHandler writes,
    PatchHandler patches,
    WatchHandler watches,
    SubresourceHandler subresources,
    RequestLanes lanes,
    AuditLog audit,
    MetricsHandler metrics,
    StandingGrant grants,
    PeerForwarder peers,
    ReadConsistency consistency,
    ILogger<RequestDispatcher> logger)
{
    public async Task HandleAsync(HttpContext http)
    {
        var record = audit.Begin(http);
        try
        {
            await DispatchAsync(http, record).ConfigureAwait(false);
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
            http.Response.Headers["Audit-Id"] = record.Id;
            await Replies.StatusAsync(http, StatusOf(e, http)).ConfigureAwait(false);
        }
        finally
        {
            audit.Completed(http, record);
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

    private async Task DispatchAsync(HttpContext http, RequestRecord record)
    {
        var raw = http.Request.Path.Value ?? "/";
        var authenticated = await authenticator.AuthenticateAsync(http).ConfigureAwait(false) ?? throw Refusal.Unauthorized();
        record.User = authenticated;
        var user = await impersonation.ApplyAsync(http.Request.Headers, authenticated, http.RequestAborted).ConfigureAwait(false);
        if (!ReferenceEquals(user, authenticated))
            record.Impersonated = user;
        var path = RequestPath.Parse(raw);
        if (path is null)
        {
            await lanes.RunAsync(user, false, () => NonResourceAsync(http, user, raw, record), http.RequestAborted).ConfigureAwait(false);
            return;
        }

        if (await peers.TryForwardAsync(http, path, user).ConfigureAwait(false))
            return;
        var verb = VerbOf(http.Request, path);
        var attributes = new AuthorizationAttributes(user, verb, path.Group, path.Resource, path.Subresource, path.Namespace, path.Name, "", http.Request.Query.TryGetValue("fieldSelector", out var selector) ? selector.ToString() : null);
        (record.Attributes, record.Version) = (attributes, path.Version);
        // Answers without an end of their own: a followed log stays open as a watch does.
        var isLong = AuditPolicy.IsLong(attributes) || (path.Subresource == "log" && http.Request.Query["follow"].ToString() is "true" or "1");
        await lanes.RunAsync(user, isLong, () => ResourceAsync(http, path, attributes, isLong, record), http.RequestAborted).ConfigureAwait(false);
    }

    private async Task ResourceAsync(HttpContext http, RequestPath path, AuthorizationAttributes attributes, bool isLong, RequestRecord record)
    {
        var (user, verb) = (attributes.User, attributes.Verb);
        await AuthorizeAsync(attributes, http, record).ConfigureAwait(false);
        audit.Started(http, record);
        if (ReviewHandler.Find(path) is { } review)
        {
            // A review is an answer, not an object: there is no table of it.
            if (OutputFormats.Of(http.Request) != OutputFormat.Object)
                throw Refusal.NotAcceptable("application/json");
            await reviews.HandleAsync(http, review, path, user).ConfigureAwait(false);
            return;
        }

        var kind = definitions.Find(path.Group, path.Version, path.Resource) ?? throw Refusal.UnknownPath();
        if (!kind.Namespaced && path.Namespace.Length > 0)
            throw Refusal.UnknownPath();
        if (kind.Namespaced && path.Namespace.Length == 0 && (path.Name.Length > 0 || verb is "create" or "deletecollection"))
            throw Refusal.UnknownPath();
        if (kind is CustomResourceKind { Deprecation: { } deprecation })
            Replies.Warn(http, [deprecation]);
        await consistency.WaitAsync(http, verb).ConfigureAwait(false);
        var request = new ResourceRequest(http, path, kind, verb, user);
        record.Feedback = request.Feedback;
        if (verb is "create" or "update" or "patch")
        {
            http.Response.OnStarting(() =>
            {
                Replies.Warn(http, request.Feedback.Warnings);
                return Task.CompletedTask;
            });
        }

        if (!isLong)
        {
            await ServeAsync(request).ConfigureAwait(false);
            return;
        }

        // A stream begins with GET, yet what it rests on is the right to create it.
        var standing = path.Subresource is "exec" or "attach" or "portforward" ? attributes with { Verb = "create" } : attributes;
        await grants.ServeAsync(http, standing, again => impersonation.ApplyAsync(http.Request.Headers, again, http.RequestAborted), () => ServeAsync(request)).ConfigureAwait(false);
    }

    private Task ServeAsync(ResourceRequest request) => request.Path.Subresource.Length > 0 ? subresources.HandleAsync(request) : ObjectAsync(request);

    private Task ObjectAsync(ResourceRequest request) => request.Verb switch
    {
        _ when !request.Kind.Verbs.Contains(request.Verb) => throw Refusal.MethodNotAllowed(),
        "create" when request.Kind is BindingKind => subresources.BindAsync(request, catalog.Get<PodKind>()),
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
        var watch = path.Watch || request.Query["watch"].ToString() is "true" or "1" or "True";
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

    private async Task NonResourceAsync(HttpContext http, UserInfo user, string path, RequestRecord record)
    {
        record.Attributes = new AuthorizationAttributes(user, http.Request.Method.ToLowerInvariant(), "", "", "", "", "", path);
        await AuthorizeAsync(record.Attributes, http, record).ConfigureAwait(false);
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

        if (await issuer.TryHandleAsync(http, path).ConfigureAwait(false))
            return;
        if (await openApi.TryHandleAsync(http, path).ConfigureAwait(false) || await discovery.TryHandleAsync(http, path).ConfigureAwait(false))
            return;
        throw Refusal.UnknownPath();
    }

    private async ValueTask AuthorizeAsync(AuthorizationAttributes attributes, HttpContext http, RequestRecord record)
    {
        var decision = await authorizers.AuthorizeAsync(attributes, http.RequestAborted).ConfigureAwait(false);
        record.Decision = decision;
        if (decision.Verdict == AuthorizationVerdict.Allow)
            return;
        if (attributes.User == UserInfo.Anonymous)
            throw Refusal.Unauthorized();
        var why = AuthorizerChain.Describe(attributes, decision.Reason);
        throw attributes.Path.Length > 0
            ? new ApiStatusException(new ApiStatus(403, "Forbidden", $"forbidden: {why}"))
            : Refusal.Forbidden(new(attributes.Group, attributes.Resource), attributes.Name, why);
    }
}
