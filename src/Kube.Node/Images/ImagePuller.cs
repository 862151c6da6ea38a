using System.Collections.Concurrent;
using Grpc.Core;
using Kube.Node.Cri;
using Kube.Node.Cri.V1;
using Kube.Node.Pods;

namespace Kube.Node.Images;

/// <summary>Gets images onto the node: one pull an image at a time however many pods wait for it, and back-off between failed ones.</summary>
internal sealed class ImagePuller(CriClient cri, TimeProvider time) : IDisposable
{
    private const int ParallelPulls = 3;
    private readonly SemaphoreSlim _slots = new(ParallelPulls);
    private readonly ConcurrentDictionary<string, Lazy<Task>> _pulls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Failure> _failures = new(StringComparer.Ordinal);

    /// <summary>The image, pulled when the policy asks for it.</summary>
    /// <param name="image">Reference as declared.</param>
    /// <param name="policy">Always, IfNotPresent or Never; null is IfNotPresent, or Always for the tag latest of an image with a registry.</param>
    /// <param name="ct">Stops the waiting, not a pull that others wait for too.</param>
    /// <exception cref="ContainerStartException">Reasons InvalidImageName, ErrImageNeverPull, ErrImagePull, ImagePullBackOff.</exception>
    public async Task<Image> EnsureAsync(string? image, string? policy, CancellationToken ct)
    {
        if (!ImageReference.TryNormalise(image, out var reference))
            throw new ContainerStartException("InvalidImageName", $"image name '{image}' is not valid: expected [registry/]name[:tag][@sha256:digest] in lower case");
        var effective = policy ?? (ImageReference.IsLatest(reference) && !ImageReference.IsLocal(reference) ? "Always" : "IfNotPresent");
        if (effective != "Always" && await cri.ImageStatusAsync(reference, ct).ConfigureAwait(false) is { } present)
        {
            _failures.TryRemove(reference, out _);
            return present;
        }

        if (effective == "Never")
            throw new ContainerStartException("ErrImageNeverPull", $"image {image} is not on this node and its pull policy is Never: import it with 'portal image import'");
        if (_failures.TryGetValue(reference, out var failure) && time.GetUtcNow() < failure.Until)
            throw new ContainerStartException("ImagePullBackOff", $"waiting before the next pull of {image}: {failure.Message}");
        try
        {
            await _pulls.GetOrAdd(reference, r => new Lazy<Task>(() => PullAsync(r))).Value.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            throw new ContainerStartException("ErrImagePull", Remember(image!, reference, e), e);
        }

        _failures.TryRemove(reference, out _);
        return await cri.ImageStatusAsync(reference, ct).ConfigureAwait(false)
            ?? throw new ContainerStartException("ErrImagePull", $"image {image} was pulled but is not on this node any more");
    }

    /// <summary>Forgets past failures: new images have come by another way.</summary>
    public void Reset() => _failures.Clear();

    public void Dispose() => _slots.Dispose();

    private async Task PullAsync(string reference)
    {
        await _slots.WaitAsync().ConfigureAwait(false);
        try
        {
            await cri.PullImageAsync(reference, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
            _pulls.TryRemove(reference, out _);
        }
    }

    private string Remember(string image, string reference, RpcException error)
    {
        var text = error.Status.Detail;
        var cause = text switch
        {
            _ when text.Contains("not found", StringComparison.OrdinalIgnoreCase) => "the registry has no such image or tag",
            _ when text.Contains("401", StringComparison.Ordinal) || text.Contains("403", StringComparison.Ordinal) || text.Contains("authorization failed", StringComparison.Ordinal) => "the registry refuses access, or there is no such image",
            _ when text.Contains("no such host", StringComparison.Ordinal) => "the registry's name cannot be resolved",
            _ when text.Contains("connection refused", StringComparison.Ordinal) || text.Contains("i/o timeout", StringComparison.Ordinal) || text.Contains("unreachable", StringComparison.Ordinal) || text.Contains("server misbehaving", StringComparison.Ordinal) => "the registry cannot be reached",
            _ => "the pull failed",
        };
        var hint = ImageReference.IsLocal(reference) ? " (images under localhost/ come by 'portal image import')" : "";
        var message = $"image {image}: {cause}{hint}: {text}";
        _failures.AddOrUpdate(reference, _ => new Failure(1, time.GetUtcNow() + RestartBackOff.Delay(1), message),
            (_, old) => new Failure(old.Count + 1, time.GetUtcNow() + RestartBackOff.Delay(old.Count + 1), message));
        return message;
    }

    private sealed record Failure(int Count, DateTimeOffset Until, string Message);
}
