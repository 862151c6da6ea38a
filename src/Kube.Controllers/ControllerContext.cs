using k8s;
using Kube.Machinery.Events;
using Microsoft.Extensions.Logging;

namespace Kube.Controllers;

/// <summary>What every controller works with.</summary>
internal sealed record ControllerContext(
    IKubernetes Client, ClusterInformers Informers, EventRecorder Events, KubeControllersOptions Options, TimeProvider Time, ILogger Logger);
