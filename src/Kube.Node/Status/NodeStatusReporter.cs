using System.Globalization;
using Grpc.Core;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Volumes;
using Kube.Node.Cri;
using Kube.Node.Cri.V1;
using Kube.Node.Runtime;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Status;

/// <summary>Registers the Node object and keeps its status: at once on a change, and once a minute.</summary>
internal sealed class NodeStatusReporter(IKubernetes client, Informer<V1Node> self, NodeOptions options, NodePaths paths, MachineFacts facts, CriClient cri, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookUntilReady = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(60);
    // As many as a kubelet reports (--node-status-max-images).
    private const int MostImages = 50;
    private const long ReservedMemory = 256L * 1024 * 1024;

    private readonly ResourceClient<V1Node> _nodes = client.Resource<V1Node>();
    private readonly TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WrittenStatus _written = new();
    private DateTimeOffset _writtenAt;
    private bool _ready;

    /// <summary>Port of the kubelet API, published in the status.</summary>
    public int KubeletPort { get; set; }

    /// <summary>Completes when the server has taken the first report, and with it the port.</summary>
    public Task FirstReport => _reported.Task;

    /// <summary>Reports until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var wake = new SemaphoreSlim(0);
        // A node taken for dead reads so in its own object and says at once that it lives.
        using var subscription = self.Subscribe(e =>
        {
            if (e.Kind == InformerEventKind.Deleted || e.Object.Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready")?.Status != (_ready ? "True" : "False"))
            {
                _written.Overwritten();
                wake.Release();
            }
        });
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await ReportAsync(ct).ConfigureAwait(false);
            }
            catch (Exception e) when (StatusPublisher.IsTransient(e, ct))
            {
                Log.WillRetry(logger, "reporting the node's status", e.Message);
            }

            using var period = new CancellationTokenSource(_ready ? Look : LookUntilReady, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, period.Token);
            await wake.WaitAsync(linked.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReportAsync(CancellationToken ct)
    {
        var conditions = NodeConditions.For(await RuntimeAsync(ct).ConfigureAwait(false), facts, AvailableMemory(), FreeDisk(), LimitsEnforced());
        var text = string.Join('\n', conditions);
        var now = time.GetUtcNow();
        var mark = _written.Mark;
        if (_written.Is(text) && now - _writtenAt < Repeat)
            return;
        _ready = conditions[^1].Value;
        var known = self.Get(null, options.NodeName) ?? await RegisterAsync(ct).ConfigureAwait(false);
        try
        {
            if (known.Metadata.Annotations?.TryGetValue(LocalVolumes.DirectoryAnnotation, out var directory) != true || directory != paths.Volumes)
            {
                var annotations = new Dictionary<string, string> { [LocalVolumes.DirectoryAnnotation] = paths.Volumes };
                await _nodes.PatchAsync(null, options.NodeName, new { metadata = new { annotations } }, PatchKind.Merge, ct).ConfigureAwait(false);
            }

            await _nodes.PatchAsync(null, options.NodeName, new { status = Status(NodeConditions.ToApi(conditions, known, now), await ImagesAsync(ct).ConfigureAwait(false)) }, PatchKind.StrategicMerge, ct, "status").ConfigureAwait(false);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            await RegisterAsync(ct).ConfigureAwait(false);
            throw;
        }

        _written.Wrote(text, mark);
        _writtenAt = now;
        _reported.TrySetResult();
    }

    private async Task<V1Node> RegisterAsync(CancellationToken ct)
    {
        if (await _nodes.GetAsync(null, options.NodeName, ct).ConfigureAwait(false) is { } present)
            return present;
        var labels = new Dictionary<string, string>(options.Labels, StringComparer.Ordinal)
        {
            ["kubernetes.io/hostname"] = options.NodeName,
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = Architecture,
        };
        var node = await _nodes.CreateAsync(new V1Node { Metadata = new V1ObjectMeta { Name = options.NodeName, Labels = labels }, Spec = new V1NodeSpec() }, ct).ConfigureAwait(false);
        Log.Registered(logger, options.NodeName);
        return node;
    }

    private static string Architecture => System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    private V1NodeStatus Status(IList<V1NodeCondition> conditions, IList<V1ContainerImage>? images)
    {
        var disk = new DriveInfo(paths.Data).TotalSize;
        return new V1NodeStatus
        {
            Conditions = conditions,
            Images = images,
            Addresses =
            [
                new V1NodeAddress { Type = "InternalIP", Address = options.InternalIP },
                new V1NodeAddress { Type = "Hostname", Address = options.NodeName },
            ],
            Capacity = Amounts((long)facts.MemoryBytes),
            Allocatable = Amounts(Math.Max(0, (long)facts.MemoryBytes - ReservedMemory)),
            DaemonEndpoints = new V1NodeDaemonEndpoints { KubeletEndpoint = new V1DaemonEndpoint { Port = KubeletPort } },
            NodeInfo = new V1NodeSystemInfo
            {
                Architecture = Architecture,
                BootID = facts.BootId,
                MachineID = facts.MachineId,
                SystemUUID = facts.MachineId,
                KernelVersion = facts.KernelVersion,
                OsImage = facts.OsImage,
                OperatingSystem = "linux",
                ContainerRuntimeVersion = $"containerd://{RuntimeVersion}",
                KubeletVersion = $"v1.32.0+portal-{typeof(NodeStatusReporter).Assembly.GetName().Version?.ToString(3)}",
                KubeProxyVersion = "",
            },
        };

        IDictionary<string, ResourceQuantity> Amounts(long memory) => new Dictionary<string, ResourceQuantity>
        {
            ["cpu"] = new(facts.Cpus.ToString(CultureInfo.InvariantCulture)),
            ["memory"] = new($"{memory / 1024}Ki"),
            ["ephemeral-storage"] = new($"{disk / 1024}Ki"),
            ["pods"] = new(options.MaxPods.ToString(CultureInfo.InvariantCulture)),
        };
    }

    private string RuntimeVersion { get; set; } = "";

    private async Task<IReadOnlyList<RuntimeCondition>?> RuntimeAsync(CancellationToken ct)
    {
        try
        {
            if (RuntimeVersion.Length == 0)
                RuntimeVersion = (await cri.VersionAsync(ct).ConfigureAwait(false)).RuntimeVersion;
            return await cri.ConditionsAsync(ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or HttpRequestException or IOException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    // The largest; null, which leaves what was reported before, when the runtime does not answer.
    private async Task<IList<V1ContainerImage>?> ImagesAsync(CancellationToken ct)
    {
        try
        {
            var images = await cri.ListImagesAsync(ct).ConfigureAwait(false);
            return [.. images.OrderByDescending(image => image.Size).Take(MostImages).Select(image => new V1ContainerImage { Names = [.. image.RepoDigests.Concat(image.RepoTags)], SizeBytes = (long)image.Size }).Where(image => image.Names.Count > 0)];
        }
        catch (Exception e) when (e is RpcException or HttpRequestException or IOException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    // "MemAvailable:   20123456 kB"
    private static long AvailableMemory()
    {
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line is null ? long.MaxValue : 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private double FreeDisk()
    {
        var drive = new DriveInfo(paths.Data);
        return drive.TotalSize == 0 ? 1 : (double)drive.AvailableFreeSpace / drive.TotalSize;
    }

    private static bool LimitsEnforced() => Cgroups.HasController("memory") && Cgroups.HasController("cpu");
}
