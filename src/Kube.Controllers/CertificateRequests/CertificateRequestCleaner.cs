using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.CertificateRequests;

/// <summary>
/// Deletes certificate requests that are over: issued or denied for an hour, unanswered for a day
/// (https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#signing-process). The server itself signs those of nodes.
/// </summary>
internal sealed class CertificateRequestCleaner(ControllerContext context) : Controller(context, workers: 1)
{
    private static readonly TimeSpan Answered = TimeSpan.FromHours(1);
    private static readonly TimeSpan Unanswered = TimeSpan.FromHours(24);
    private readonly ResourceClient<V1CertificateSigningRequest> _requests = context.Client.Resource<V1CertificateSigningRequest>();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.CertificateSigningRequests);
    }

    /// <summary>What is left of a request's time.</summary>
    public static TimeSpan Left(V1CertificateSigningRequest request, DateTimeOffset now)
    {
        var answer = (request.Status?.Conditions ?? []).FirstOrDefault(c => c.Type is "Denied" or "Failed" || (c.Type == "Approved" && request.Status!.Certificate is { Length: > 0 }));
        var since = answer?.LastUpdateTime ?? answer?.LastTransitionTime ?? request.Metadata.CreationTimestamp;
        return since is { } time ? new DateTimeOffset(time.ToUniversalTime()) + (answer is null ? Unanswered : Answered) - now : Unanswered;
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (Informers.CertificateSigningRequests.Get("", key.Name) is not { } request)
        {
            return null;
        }

        if (Left(request, Context.Time.GetUtcNow()) is var left && left > TimeSpan.Zero)
        {
            return left;
        }

        await _requests.DeleteAsync(null, key.Name, new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = request.Metadata.Uid } }, cancellationToken);
        return null;
    }
}
