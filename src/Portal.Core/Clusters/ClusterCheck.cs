using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Portal.Core.Clusters;

/// <summary>Asks a cluster for its version, its API groups and whether the credentials may do all that the portal does.</summary>
internal static class ClusterCheck
{
    private const int AtOnce = 8;
    private const int MaxVersion = 60;

    // https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
    private static readonly (string Group, string Resource, string Subresource, string[] Verbs)[] Needed =
    [
        ("", "namespaces", "", ["get", "create", "patch", "delete"]),
        ("", "serviceaccounts", "", ["list", "create", "patch", "delete"]),
        ("", "configmaps", "", ["list", "create", "patch", "delete"]),
        ("", "secrets", "", ["list", "create", "patch", "delete"]),
        ("", "persistentvolumeclaims", "", ["list", "create", "patch", "delete"]),
        ("", "services", "", ["list", "create", "patch", "delete"]),
        ("", "resourcequotas", "", ["create", "patch"]),
        ("", "limitranges", "", ["create", "patch"]),
        ("", "pods", "", ["list", "watch"]),
        ("", "pods", "log", ["get"]),
        ("", "pods", "exec", ["create", "get"]),
        ("", "events", "", ["list", "watch"]),
        ("apps", "deployments", "", ["list", "watch", "create", "patch", "delete"]),
        ("apps", "replicasets", "", ["list"]),
        ("autoscaling", "horizontalpodautoscalers", "", ["list", "create", "patch", "delete"]),
        ("batch", "cronjobs", "", ["list", "create", "patch", "delete"]),
        ("batch", "jobs", "", ["list", "create", "patch", "delete"]),
        ("networking.k8s.io", "ingresses", "", ["list", "create", "patch", "delete"]),
    ];

    public static async Task<ClusterFindings> AskAsync(IKubernetes client, CancellationToken cancellationToken)
    {
        try
        {
            var version = await client.Version.GetCodeAsync(cancellationToken);
            var groups = (await client.Apis.GetAPIVersionsAsync(cancellationToken)).Groups.Select(group => group.Name).ToHashSet(StringComparer.Ordinal);
            var missing = new ConcurrentBag<string>();
            var asked = Needed.SelectMany(one => one.Verbs.Select(verb => (one.Group, one.Resource, one.Subresource, Verb: verb)));
            await Parallel.ForEachAsync(asked, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (one, cancel) =>
            {
                var review = new V1SelfSubjectAccessReview
                {
                    Spec = new() { ResourceAttributes = new() { Group = one.Group, Resource = one.Resource, Subresource = one.Subresource.Length > 0 ? one.Subresource : null, Verb = one.Verb } },
                };
                if ((await client.AuthorizationV1.CreateSelfSubjectAccessReviewAsync(review, cancellationToken: cancel)).Status?.Allowed != true)
                    missing.Add($"{one.Verb} {one.Resource}{(one.Subresource.Length > 0 ? "/" : "")}{one.Subresource}{(one.Group.Length > 0 ? "." : "")}{one.Group}");
            });
            return new("", Short(version.GitVersion), [.. missing.Order(StringComparer.Ordinal)], groups.Contains("scheduling.portal.dev"), groups.Contains("metrics.k8s.io"));
        }
        catch (Exception e) when (Problem(e, cancellationToken) is { } problem)
        {
            return new(problem, "", [], false, false);
        }
    }

    /// <summary>What went wrong, in words that tell nothing of what the other side answered; null for what is none of a cluster's faults.</summary>
    public static string? Problem(Exception e, CancellationToken cancellationToken)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is AddressRefusedException refused) return refused.Message;
            if (inner is AuthenticationException) return "Its certificate does not come from the kubeconfig's certificate-authority-data, or is for another name.";
        }

        return e switch
        {
            HttpOperationException { Response.StatusCode: HttpStatusCode.Unauthorized } => "It does not accept the kubeconfig's credentials.",
            HttpOperationException { Response.StatusCode: HttpStatusCode.Forbidden } => "It accepts the credentials but lets them ask for nothing.",
            HttpOperationException { Response.StatusCode: var status } => $"It does not answer as a Kubernetes API does (status {(int)status}).",
            JsonException or k8s.Exceptions.KubernetesClientException => "It does not answer as a Kubernetes API does.",
            HttpRequestException or IOException or TimeoutException or System.Net.Sockets.SocketException => "It does not answer.",
            OperationCanceledException when !cancellationToken.IsCancellationRequested => "It does not answer.",
            _ => null,
        };
    }

    // Said by the other side: only what a version is made of.
    private static string Short(string? version) => new([.. (version ?? "").Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' or '_').Take(MaxVersion)]);
}
