using Kube.Node.Cri;
using Kube.Node.Fencing;
using Kube.Node.Images;
using Kube.Node.Probes;
using Kube.Node.Status;
using Kube.Node.Volumes;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Pods;

/// <summary>What all pod workers of a node share.</summary>
internal sealed record PodServices(
    NodeOptions Options,
    NodePaths Paths,
    MachineFacts Machine,
    IPodApi Api,
    IEventSink Events,
    CriClient Cri,
    ImagePuller Images,
    PodVolumes Volumes,
    Prober Prober,
    LifecycleHooks Hooks,
    ContainerLauncher Launcher,
    FenceLease Fence,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>Builds what follows from the given parts.</summary>
    public static PodServices Create(NodeOptions options, NodePaths paths, MachineFacts machine, IPodApi api, IEventSink events, CriClient cri, ImagePuller images, Prober prober, FenceLease fence, TimeProvider time, ILogger logger)
    {
        var volumes = new PodVolumes(paths, new VolumeContent(api, options.InternalIP, machine), new ClaimedVolumes(paths, api));
        var environments = new EnvironmentBuilder(api, options.InternalIP, machine);
        var launcher = new ContainerLauncher(paths, machine, cri, images, new RegistryCredentials(api), volumes, environments, fence, events);
        return new PodServices(options, paths, machine, api, events, cri, images, volumes, prober, new LifecycleHooks(cri, prober, time), launcher, fence, time, logger);
    }
}
