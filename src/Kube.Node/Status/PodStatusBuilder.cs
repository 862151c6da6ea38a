using k8s.Models;
using Kube.Node.Cri.V1;
using Kube.Node.Pods;

namespace Kube.Node.Status;

/// <summary>Computes a pod's status from its declaration, what the runtime has and what the worker remembers. No I/O.</summary>
internal static class PodStatusBuilder
{
    /// <param name="pod">The pod; its status gives start and transition times that must stay.</param>
    /// <param name="observed">The runtime's view.</param>
    /// <param name="slots">The worker's memory by container name.</param>
    /// <param name="hostAddress">The node's address.</param>
    /// <param name="terminationMessage">A dead container's message, by name and attempt.</param>
    /// <param name="now">The time.</param>
    public static V1PodStatus Build(V1Pod pod, ObservedPod observed, IReadOnlyDictionary<string, ContainerSlot> slots, string hostAddress, Func<string, uint, string> terminationMessage, DateTimeOffset now)
    {
        var initialized = pod.Spec.InitContainers is null || pod.Spec.InitContainers.All(c => InitContainers.IsDone(c, observed, slots));
        var initStatuses = (pod.Spec.InitContainers ?? []).Select(c => Container(c, isInit: true)).ToList();
        var statuses = pod.Spec.Containers.Select(c => Container(c, isInit: false)).ToList();
        var ephemeral = EphemeralContainers.Of(pod).Select(c => Container(c, isInit: false)).ToList();
        var phase = Phase(pod, observed, slots);
        var addresses = pod.Spec.HostNetwork == true && observed.SandboxReady ? [hostAddress] : observed.Addresses;
        var status = new V1PodStatus
        {
            Phase = phase,
            HostIP = hostAddress,
            HostIPs = [new V1HostIP { Ip = hostAddress }],
            PodIP = addresses.Count > 0 ? addresses[0] : null,
            PodIPs = addresses.Count > 0 ? [.. addresses.Select(a => new V1PodIP { Ip = a })] : null,
            QosClass = ResourceTranslation.QualityOfService(pod),
            StartTime = pod.Status?.StartTime ?? now.UtcDateTime,
            InitContainerStatuses = initStatuses.Count > 0 ? initStatuses : null,
            ContainerStatuses = statuses,
            EphemeralContainerStatuses = ephemeral.Count > 0 ? ephemeral : null,
        };
        status.Conditions = PodConditions.For(pod, status, initialized, observed.SandboxReady, now);
        return status;

        V1ContainerStatus Container(V1Container container, bool isInit)
        {
            var slot = slots[container.Name];
            var current = observed.Current(container.Name);
            var waiting = slot.WaitingReason is { } reason && current?.IsRunning != true ? new V1ContainerStateWaiting { Reason = reason, Message = slot.WaitingMessage } : null;
            var result = new V1ContainerStatus
            {
                Name = container.Name,
                Image = container.Image,
                ImageID = current?.ImageRef ?? "",
                ContainerID = current is null ? null : "containerd://" + current.Id,
                RestartCount = (int)(current?.Attempt ?? 0),
                State = new V1ContainerState(),
                LastState = new V1ContainerState(),
                Started = current?.IsRunning == true && slot.Started,
                Ready = isInit && !InitContainers.IsSidecar(container) ? current is { IsExited: true, ExitCode: 0 } : slot.Ready && current?.IsRunning == true,
            };
            if (current?.IsRunning == true)
                result.State.Running = new V1ContainerStateRunning { StartedAt = current.StartedAt.UtcDateTime };
            else if (waiting is not null)
                result.State.Waiting = waiting;
            else if (current?.IsExited == true)
                result.State.Terminated = Terminated(current);
            else
                result.State.Waiting = new V1ContainerStateWaiting { Reason = !isInit && !initialized ? "PodInitializing" : "ContainerCreating" };
            var last = waiting is not null && current?.IsExited == true ? current : observed.Previous(container.Name);
            if (last?.IsExited == true)
                result.LastState.Terminated = Terminated(last);
            return result;
        }

        V1ContainerStateTerminated Terminated(ObservedContainer container)
        {
            var message = terminationMessage(container.Name, container.Attempt);
            return new V1ContainerStateTerminated
            {
                ExitCode = container.ExitCode,
                // A process killed by a signal exits with 128 + its number.
                Signal = null,
                Reason = container.Reason.Length > 0 ? container.Reason : container.ExitCode == 0 ? "Completed" : "Error",
                Message = message.Length > 0 ? message : container.Message.Length > 0 ? container.Message : null,
                ContainerID = "containerd://" + container.Id,
                StartedAt = container.StartedAt.UtcDateTime,
                FinishedAt = container.FinishedAt.UtcDateTime,
            };
        }
    }

    /// <summary>Pending, Running, Succeeded or Failed.</summary>
    public static string Phase(V1Pod pod, ObservedPod observed, IReadOnlyDictionary<string, ContainerSlot> slots)
    {
        // A finished pod stays finished, whatever the runtime still remembers of it.
        if (pod.Status?.Phase is "Succeeded" or "Failed")
            return pod.Status.Phase;
        var policy = pod.Spec.RestartPolicy ?? "Always";
        foreach (var init in pod.Spec.InitContainers ?? [])
        {
            if (InitContainers.IsDone(init, observed, slots))
                continue;
            return policy == "Never" && observed.Current(init.Name) is { IsExited: true } failed && failed.ExitCode != 0 ? "Failed" : "Pending";
        }

        var finished = 0;
        var failures = 0;
        var alive = 0;
        foreach (var container in pod.Spec.Containers)
        {
            var current = observed.Current(container.Name);
            if (current is null or { State: ContainerState.ContainerCreated })
                continue;
            alive++;
            if (!current.IsExited || RestartPolicies.Restarts(policy, current.ExitCode))
                continue;
            finished++;
            failures += current.ExitCode == 0 ? 0 : 1;
        }

        if (finished == pod.Spec.Containers.Count)
            return failures == 0 ? "Succeeded" : "Failed";
        return alive == pod.Spec.Containers.Count ? "Running" : "Pending";
    }
}
