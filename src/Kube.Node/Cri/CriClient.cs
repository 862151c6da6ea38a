using Grpc.Core;
using Grpc.Net.Client;
using Kube.Node.Cri.V1;

namespace Kube.Node.Cri;

/// <summary>The calls the agent makes to the container runtime. Errors are <see cref="RpcException"/>, mostly <c>Unknown</c> with a text.</summary>
internal sealed class CriClient(GrpcChannel channel) : IDisposable
{
    // Long enough for a loaded machine, short enough that a wedged runtime does not hold a pod worker for ever.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PullTimeout = TimeSpan.FromMinutes(30);

    private readonly RuntimeService.RuntimeServiceClient _runtime = new(channel);
    private readonly ImageService.ImageServiceClient _images = new(channel);

    public GrpcChannel Channel => channel;

    public async Task<VersionResponse> VersionAsync(CancellationToken ct) =>
        await _runtime.VersionAsync(new VersionRequest { Version = "0.1.0" }, Within(CallTimeout, ct)).ConfigureAwait(false);

    public async Task<IReadOnlyList<RuntimeCondition>> ConditionsAsync(CancellationToken ct) =>
        (await _runtime.StatusAsync(new StatusRequest(), Within(TimeSpan.FromSeconds(10), ct)).ConfigureAwait(false)).Status.Conditions;

    public async Task<string> RunPodSandboxAsync(PodSandboxConfig config, CancellationToken ct) =>
        (await _runtime.RunPodSandboxAsync(new RunPodSandboxRequest { Config = config }, Within(CallTimeout, ct)).ConfigureAwait(false)).PodSandboxId;

    public async Task StopPodSandboxAsync(string id, CancellationToken ct) =>
        await _runtime.StopPodSandboxAsync(new StopPodSandboxRequest { PodSandboxId = id }, Within(CallTimeout, ct)).ConfigureAwait(false);

    public async Task RemovePodSandboxAsync(string id, CancellationToken ct) =>
        await _runtime.RemovePodSandboxAsync(new RemovePodSandboxRequest { PodSandboxId = id }, Within(CallTimeout, ct)).ConfigureAwait(false);

    public async Task<PodSandboxStatus> PodSandboxStatusAsync(string id, CancellationToken ct) =>
        (await _runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = id }, Within(CallTimeout, ct)).ConfigureAwait(false)).Status;

    /// <summary>All sandboxes, or those of one pod. The order means nothing.</summary>
    public async Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(string? podUid, CancellationToken ct)
    {
        var request = new ListPodSandboxRequest();
        if (podUid is not null)
        {
            request.Filter = new PodSandboxFilter();
            request.Filter.LabelSelector.Add(CriLabels.PodUid, podUid);
        }

        return (await _runtime.ListPodSandboxAsync(request, Within(CallTimeout, ct)).ConfigureAwait(false)).Items;
    }

    /// <summary>All containers, or those of one pod. The order means nothing.</summary>
    public async Task<IReadOnlyList<Container>> ListContainersAsync(string? podUid, CancellationToken ct)
    {
        var request = new ListContainersRequest();
        if (podUid is not null)
        {
            request.Filter = new ContainerFilter();
            request.Filter.LabelSelector.Add(CriLabels.PodUid, podUid);
        }

        return (await _runtime.ListContainersAsync(request, Within(CallTimeout, ct)).ConfigureAwait(false)).Containers;
    }

    /// <summary>A container's status; null when the runtime does not know it.</summary>
    public async Task<ContainerStatus?> ContainerStatusAsync(string id, CancellationToken ct)
    {
        try
        {
            return (await _runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = id }, Within(CallTimeout, ct)).ConfigureAwait(false)).Status;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, PodSandboxConfig sandbox, CancellationToken ct)
    {
        var request = new CreateContainerRequest { PodSandboxId = sandboxId, Config = config, SandboxConfig = sandbox };
        return (await _runtime.CreateContainerAsync(request, Within(CallTimeout, ct)).ConfigureAwait(false)).ContainerId;
    }

    public async Task StartContainerAsync(string id, CancellationToken ct) =>
        await _runtime.StartContainerAsync(new StartContainerRequest { ContainerId = id }, Within(CallTimeout, ct)).ConfigureAwait(false);

    /// <summary>Sends the image's stop signal, waits for <paramref name="grace"/> (whole seconds, rounded up), then kills. Unknown containers count as stopped.</summary>
    public async Task StopContainerAsync(string id, TimeSpan grace, CancellationToken ct)
    {
        var seconds = (long)Math.Ceiling(Math.Max(0, grace.TotalSeconds));
        try
        {
            await _runtime.StopContainerAsync(new StopContainerRequest { ContainerId = id, Timeout = seconds }, Within(CallTimeout + grace, ct)).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
        }
    }

    public async Task RemoveContainerAsync(string id, CancellationToken ct) =>
        await _runtime.RemoveContainerAsync(new RemoveContainerRequest { ContainerId = id }, Within(CallTimeout, ct)).ConfigureAwait(false);

    public async Task ReopenContainerLogAsync(string id, CancellationToken ct) =>
        await _runtime.ReopenContainerLogAsync(new ReopenContainerLogRequest { ContainerId = id }, Within(CallTimeout, ct)).ConfigureAwait(false);

    /// <summary>Runs a command in a container. <c>DeadlineExceeded</c> when it takes longer than <paramref name="timeout"/>.</summary>
    public async Task<ExecSyncResponse> ExecSyncAsync(string id, IEnumerable<string> command, TimeSpan timeout, CancellationToken ct)
    {
        var request = new ExecSyncRequest { ContainerId = id, Timeout = (long)Math.Ceiling(timeout.TotalSeconds) };
        request.Cmd.Add(command);
        return await _runtime.ExecSyncAsync(request, Within(timeout + TimeSpan.FromSeconds(5), ct)).ConfigureAwait(false);
    }

    /// <summary>Opens a one-use streaming address for a command in a container.</summary>
    public async Task<Uri> ExecAsync(ExecRequest request, CancellationToken ct) =>
        new((await _runtime.ExecAsync(request, Within(CallTimeout, ct)).ConfigureAwait(false)).Url);

    public async Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken ct) =>
        (await _images.ListImagesAsync(new ListImagesRequest(), Within(CallTimeout, ct)).ConfigureAwait(false)).Images;

    /// <summary>The image a reference names; null when it is not on the node.</summary>
    public async Task<Image?> ImageStatusAsync(string image, CancellationToken ct)
    {
        var request = new ImageStatusRequest { Image = new ImageSpec { Image = image } };
        return (await _images.ImageStatusAsync(request, Within(CallTimeout, ct)).ConfigureAwait(false)).Image;
    }

    /// <summary>Pulls an image; <paramref name="auth"/> opens its registry, null is anonymous.</summary>
    public async Task PullImageAsync(string image, AuthConfig? auth, CancellationToken ct) =>
        await _images.PullImageAsync(new PullImageRequest { Image = new ImageSpec { Image = image }, Auth = auth }, Within(PullTimeout, ct)).ConfigureAwait(false);

    public void Dispose() => channel.Dispose();

    private static CallOptions Within(TimeSpan timeout, CancellationToken ct) =>
        new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + timeout, cancellationToken: ct);
}
