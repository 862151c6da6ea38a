using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Kube.Node.Cri;
using Kube.Node.Cri.V1;
using Kube.Node.Pods;

namespace Kube.Node.Images;

/// <summary>Gets images onto the node: one pull an image at a time however many pods wait for it, and back-off between failed ones.</summary>
internal sealed class ImagePuller(CriClient cri, TimeProvider time) : IDisposable
{
    /// <summary>The waiting reason of a container whose image could not be pulled just now.</summary>
    public const string PullFailed = "ErrImagePull";

    /// <summary>The waiting reason of one whose next pull is waited for.</summary>
    public const string PullBackOff = "ImagePullBackOff";

    private const int ParallelPulls = 3;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private readonly SemaphoreSlim _slots = new(ParallelPulls);
    private readonly ConcurrentDictionary<Pull, Lazy<Task>> _pulls = new();
    private readonly ConcurrentDictionary<Pull, Failure> _failures = new();

    /// <summary>The image, pulled when the policy asks for it.</summary>
    /// <param name="image">Reference as declared.</param>
    /// <param name="policy">Always, IfNotPresent or Never; null is IfNotPresent, or Always for the tag latest of an image with a registry.</param>
    /// <param name="credentials">Asked for when a pull is needed: what may open the image's registry, tried in order; empty is anonymous.</param>
    /// <param name="ct">Stops the waiting, not a pull that others wait for too.</param>
    /// <exception cref="ContainerStartException">Reasons InvalidImageName, ErrImageNeverPull, ErrImagePull, ImagePullBackOff.</exception>
    public async Task<Image> EnsureAsync(string? image, string? policy, Func<string, CancellationToken, Task<IReadOnlyList<AuthConfig>>> credentials, CancellationToken ct)
    {
        if (!ImageReference.TryNormalise(image, out var reference))
            throw new ContainerStartException("InvalidImageName", $"image name '{image}' is not valid: expected [registry/]name[:tag][@sha256:digest] in lower case");
        var effective = policy ?? (ImageReference.IsLatest(reference) && !ImageReference.IsLocal(reference) ? "Always" : "IfNotPresent");
        if (effective != "Always" && await cri.ImageStatusAsync(reference, ct).ConfigureAwait(false) is { } present)
            return present;

        if (effective == "Never")
            throw new ContainerStartException("ErrImageNeverPull", $"image {image} is not on this node and its pull policy is Never: import it with 'portal image import'");
        var auths = await credentials(reference, ct).ConfigureAwait(false);
        // Pods with other credentials neither share this pull nor wait for its failures.
        var pull = new Pull(reference, Fingerprint(auths));
        if (_failures.TryGetValue(pull, out var failure) && time.GetUtcNow() < failure.Until)
            throw new ContainerStartException(PullBackOff, $"Back-off until {failure.Until.UtcDateTime:HH:mm:ss} UTC: {failure.Message}") { NotBefore = failure.Until };
        try
        {
            await _pulls.GetOrAdd(pull, p => new Lazy<Task>(() => PullAsync(p, auths))).Value.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            var remembered = Remember(image!, pull, e);
            throw new ContainerStartException(PullFailed, remembered.Message, e) { NotBefore = remembered.Until };
        }

        _failures.TryRemove(pull, out _);
        return await cri.ImageStatusAsync(reference, ct).ConfigureAwait(false)
            ?? throw new ContainerStartException(PullFailed, $"image {image} was pulled but is not on this node any more");
    }

    /// <summary>Forgets past failures: new images have come by another way.</summary>
    public void Reset() => _failures.Clear();

    public void Dispose() => _slots.Dispose();

    private async Task PullAsync(Pull pull, IReadOnlyList<AuthConfig> auths)
    {
        await _slots.WaitAsync().ConfigureAwait(false);
        try
        {
            for (var i = 0; ; i++)
            {
                try
                {
                    await cri.PullImageAsync(pull.Reference, i < auths.Count ? auths[i] : null, CancellationToken.None).ConfigureAwait(false);
                    return;
                }
                catch (RpcException) when (i + 1 < auths.Count)
                {
                    // The next credential may fit where this one does not.
                }
            }
        }
        finally
        {
            _slots.Release();
            _pulls.TryRemove(pull, out _);
        }
    }

    /// <summary>The wait after this many failed pulls in a row: 1 s, twice as long each time, five minutes at most.</summary>
    public static TimeSpan Delay(int failures)
    {
        var wait = TimeSpan.FromSeconds(1L << Math.Clamp(failures - 1, 0, 10));
        return wait < LongestWait ? wait : LongestWait;
    }

    private Failure Remember(string image, Pull pull, RpcException error)
    {
        var text = error.Status.Detail;
        var cause = text switch
        {
            _ when text.Contains("not found", StringComparison.OrdinalIgnoreCase) => "the registry has no such image or tag",
            _ when text.Contains("401", StringComparison.Ordinal) || text.Contains("403", StringComparison.Ordinal) || text.Contains("authorization failed", StringComparison.Ordinal) => "the registry refuses access (do the pod's imagePullSecrets fit?), or there is no such image",
            _ when text.Contains("no such host", StringComparison.Ordinal) => "the registry's name cannot be resolved",
            _ when text.Contains("connection refused", StringComparison.Ordinal) || text.Contains("i/o timeout", StringComparison.Ordinal) || text.Contains("unreachable", StringComparison.Ordinal) || text.Contains("server misbehaving", StringComparison.Ordinal) => "the registry cannot be reached",
            _ => "the pull failed",
        };
        var hint = ImageReference.IsLocal(pull.Reference) ? " (images under localhost/ come by 'portal image import')" : "";
        var message = $"image {image}: {cause}{hint}: {text}";
        var now = time.GetUtcNow();
        return _failures.AddOrUpdate(
            pull,
            _ => new Failure(1, now + Delay(1), message),
            // Many pods that wait for one pull fail with it once.
            (_, old) => old.Until > now ? old with { Message = message } : new Failure(old.Count + 1, now + Delay(old.Count + 1), message));
    }

    private static string Fingerprint(IReadOnlyList<AuthConfig> auths) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', auths.Select(a => a.ToString())))));

    // The fingerprint only tells pulls apart: no secret is kept here.
    private readonly record struct Pull(string Reference, string Credentials);

    private sealed record Failure(int Count, DateTimeOffset Until, string Message);
}
