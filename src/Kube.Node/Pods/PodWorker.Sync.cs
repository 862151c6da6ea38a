using Grpc.Core;
using k8s.Models;
using Kube.Node.Cri.V1;
using Kube.Node.Fencing;
using Kube.Node.Images;

namespace Kube.Node.Pods;

internal sealed partial class PodWorker
{
    private const int KeptAttempts = 2;
    private const int MaxLooks = 50;
    private static readonly TimeSpan ShowFailedPull = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan FreshVolumes = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SettleAgain = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    // Returns when to look again without being asked.
    private async Task<DateTimeOffset?> SyncAsync(CancellationToken ct)
    {
        var pod = Pod;
        AddSlots(pod);
        await SettleAsync(ct).ConfigureAwait(false);
        var observed = await ObserveAsync(ct).ConfigureAwait(false);
        await CountEndsAsync(pod, observed).ConfigureAwait(false);
        if (PodRefusal.Reason(pod, _node.Options.AllowPrivileged) is { } refusal)
        {
            Refuse(pod, refusal);
            Publish(pod, observed);
            return null;
        }

        if (Status.PodStatusBuilder.Phase(pod, observed, _slots) is "Succeeded" or "Failed")
        {
            await FinishAsync(pod, observed, ct).ConfigureAwait(false);
            return null;
        }

        if (_imagesChanged)
        {
            _imagesChanged = false;
            foreach (var slot in _slots.Values.Where(s => s.WaitingReason is ImagePuller.PullFailed or ImagePuller.PullBackOff or "ErrImageNeverPull"))
                slot.NextStart = null;
        }

        foreach (var slot in _slots.Values.Where(s => s.WaitingReason == FenceLease.Reason && _node.Fence.IsHeld))
            slot.NextStart = null;
        Adopt(pod, observed);
        Publish(pod, observed);
        await KillUnhealthyAsync(pod, observed, ct).ConfigureAwait(false);
        if (_sandboxRetry is { } retry && !observed.SandboxReady && _node.Time.GetUtcNow() < retry)
            return retry;
        var sandbox = PodConfiguration.Sandbox(pod, observed.Sandbox?.Metadata.Attempt ?? 0, _node.Options, _node.Paths, _node.Machine.ResolvConf);
        if (!observed.SandboxReady)
        {
            if (!_node.Fence.MayRun(pod))
                return _node.Time.GetUtcNow() + ErrorRetry;
            if (!await RunSandboxAsync(pod, observed, sandbox, ct).ConfigureAwait(false))
                return _sandboxRetry;
            observed = await ObserveAsync(ct).ConfigureAwait(false);
            await CountEndsAsync(pod, observed).ConfigureAwait(false);
            Publish(pod, observed);
        }

        if (await PrepareVolumesAsync(pod, observed, ct).ConfigureAwait(false))
            observed = await StartContainersAsync(pod, observed, sandbox, ct).ConfigureAwait(false);
        await CollectAsync(observed, ct).ConfigureAwait(false);
        Adopt(pod, observed);
        Publish(pod, observed);
        return NextStart(pod, observed);
    }

    // The event of an end comes a moment before the runtime's own status of it. Asking for that one status until it has come is quicker than looking at the whole pod again and again.
    private async Task SettleAsync(CancellationToken ct)
    {
        foreach (var id in _ended.Keys)
        {
            for (var look = 0; look < MaxLooks && await _node.Cri.ContainerStatusAsync(id, ct).ConfigureAwait(false) is { State: ContainerState.ContainerRunning }; look++)
                await Task.Delay(SettleAgain, _node.Time, ct).ConfigureAwait(false);
        }
    }

    private async Task<ObservedPod> ObserveAsync(CancellationToken ct)
    {
        var observed = await ObservedPod.ObserveAsync(_node.Cri, Uid, ct).ConfigureAwait(false);
        if (observed.Sandbox is { } sandbox)
            _owns(sandbox.Id);
        foreach (var container in observed.Containers.Values.SelectMany(c => c))
            _owns(container.Id);
        return observed;
    }

    // Notes each container's end once, and when it may start again.
    private async Task CountEndsAsync(V1Pod pod, ObservedPod observed)
    {
        foreach (var slot in _slots.Values)
        {
            var current = observed.Current(slot.Name);
            if (current?.IsRunning == true)
                continue;
            slot.RunningId = null;
            slot.KillReason = null;
            await StopProbesAsync(slot).ConfigureAwait(false);
            if (current is not { IsExited: true } || slot.CountedId == current.Id)
                continue;
            slot.CountedId = current.Id;
            var ran = current.StartedAt > DateTimeOffset.UnixEpoch ? current.FinishedAt - current.StartedAt : TimeSpan.Zero;
            var delay = slot.BackOff.Next(ran);
            slot.NextStart = current.FinishedAt + delay;
            if (!WantsRestart(pod, slot.Name, current))
            {
                slot.ClearWaiting();
            }
            else if (delay > TimeSpan.Zero)
            {
                slot.WaitingReason = "CrashLoopBackOff";
                slot.WaitingMessage = $"container {slot.Name} ended with exit code {current.ExitCode}; restarting in {delay.TotalSeconds:0} s";
                _node.Events.Record(pod, true, "BackOff", $"Back-off {delay.TotalSeconds:0} s before restarting container {slot.Name}, which ended with exit code {current.ExitCode}");
            }
        }
    }

    private static bool WantsRestart(V1Pod pod, string name, ObservedContainer current)
    {
        if (EphemeralContainers.Contains(pod, name))
            return false;
        var init = pod.Spec.InitContainers?.FirstOrDefault(c => c.Name == name);
        if (init is not null)
            return InitContainers.IsSidecar(init) || current.ExitCode != 0 && pod.Spec.RestartPolicy != "Never";
        return RestartPolicies.Restarts(pod.Spec.RestartPolicy ?? "Always", current.ExitCode);
    }

    private void Refuse(V1Pod pod, string refusal)
    {
        foreach (var slot in _slots.Values)
            (slot.WaitingReason, slot.WaitingMessage) = (ContainerStartException.ConfigError, refusal);
        if (_saidReason == refusal)
            return;
        _saidReason = refusal;
        Say(pod, true, "Refused", refusal);
    }

    private async Task FinishAsync(V1Pod pod, ObservedPod observed, CancellationToken ct)
    {
        foreach (var running in observed.Running)
            await _node.Cri.StopContainerAsync(running.Id, TimeSpan.FromSeconds(pod.Spec.TerminationGracePeriodSeconds ?? 30), ct).ConfigureAwait(false);
        if (observed.SandboxReady)
            await _node.Cri.StopPodSandboxAsync(observed.Sandbox!.Id, ct).ConfigureAwait(false);
        Publish(pod, await ObserveAsync(ct).ConfigureAwait(false));
    }

    // A container that already runs (after an agent's restart) keeps the verdicts the API has of it.
    private void Adopt(V1Pod pod, ObservedPod observed)
    {
        var address = observed.Addresses.Count > 0 ? observed.Addresses[0] : _node.Options.InternalIP;
        foreach (var container in AllContainers(pod))
        {
            var current = observed.Current(container.Name);
            var slot = _slots[container.Name];
            if (current?.IsRunning != true || slot.RunningId == current.Id)
                continue;
            slot.ClearWaiting();
            var known = _adopted ? null : StatusOf(pod, s => s.ContainerID == "containerd://" + current.Id);
            StartProbes(pod, container, current, address, known?.Started == true, known?.Ready == true);
        }

        _adopted = true;
    }

    private async Task KillUnhealthyAsync(V1Pod pod, ObservedPod observed, CancellationToken ct)
    {
        foreach (var container in AllContainers(pod))
        {
            var slot = _slots[container.Name];
            var current = observed.Current(container.Name);
            if (current?.IsRunning != true)
                continue;
            var reason = slot.KillReason ?? (current.Hash is { } hash && hash != PodConfiguration.Hash(container) ? "its image has changed" : null);
            if (reason is null)
                continue;
            Say(pod, false, "Killing", $"Container {container.Name} is restarted: {reason}");
            var grace = slot.KillReason is null ? null : container.LivenessProbe?.TerminationGracePeriodSeconds;
            await StopContainerAsync(pod, container, current, TimeSpan.FromSeconds(grace ?? pod.Spec.TerminationGracePeriodSeconds ?? 30), ct).ConfigureAwait(false);
            Poke();
        }
    }

    private async Task<bool> RunSandboxAsync(V1Pod pod, ObservedPod observed, PodSandboxConfig config, CancellationToken ct)
    {
        if (observed.Sandbox is { } dead)
        {
            // Ends what is left in it and gives its address back; its containers stay for their logs and counts.
            await _node.Cri.StopPodSandboxAsync(dead.Id, ct).ConfigureAwait(false);
            config.Metadata.Attempt = dead.Metadata.Attempt + 1;
        }

        Directory.CreateDirectory(config.LogDirectory);
        try
        {
            _owns(await _node.Cri.RunPodSandboxAsync(config, ct).ConfigureAwait(false));
            (_sandboxFailures, _sandboxRetry) = (0, null);
            return true;
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            // Half a second, doubled up to half a minute: mostly the pod network is about to come.
            _sandboxRetry = _node.Time.GetUtcNow() + TimeSpan.FromMilliseconds(500 << Math.Min(_sandboxFailures++, 6));
            Say(pod, true, "FailedCreatePodSandBox", e.Status.Detail);
            return false;
        }
    }

    private async Task<bool> PrepareVolumesAsync(V1Pod pod, ObservedPod observed, CancellationToken ct)
    {
        // A container that has just ended finds what its pod's volumes were given a moment ago: asking the API server again would keep it waiting.
        var key = $"{observed.Sandbox?.Id} {_shape}";
        if (_preparedKey == key && _node.Time.GetElapsedTime(_preparedAt) < FreshVolumes)
            return true;
        try
        {
            var now = _node.Time.GetTimestamp();
            await _node.Volumes.PrepareAsync(pod, observed.Addresses, ct).ConfigureAwait(false);
            (_preparedKey, _preparedAt) = (key, now);
            return true;
        }
        catch (ContainerStartException e)
        {
            foreach (var container in pod.Spec.Containers)
            {
                if (observed.Current(container.Name)?.IsRunning != true)
                    Fail(pod, _slots[container.Name], e);
            }

            return false;
        }
    }

    private async Task<ObservedPod> StartContainersAsync(V1Pod pod, ObservedPod observed, PodSandboxConfig sandbox, CancellationToken ct)
    {
        sandbox.Metadata.Attempt = observed.Sandbox!.Metadata.Attempt;
        var hosts = Path.Combine(_node.Paths.PodDirectory(Uid), "etc-hosts");
        Directory.CreateDirectory(Path.GetDirectoryName(hosts)!);
        var text = EtcHosts.Create(pod, PodConfiguration.Hostname(pod), observed.Addresses, _node.Options.ClusterDomain);
        if (!File.Exists(hosts) || await File.ReadAllTextAsync(hosts, ct).ConfigureAwait(false) != text)
            await File.WriteAllTextAsync(hosts, text, ct).ConfigureAwait(false);
        foreach (var init in pod.Spec.InitContainers ?? [])
        {
            if (InitContainers.IsDone(init, observed, _slots))
                continue;
            if (!InitContainers.IsSidecar(init) && observed.Current(init.Name)?.IsRunning == true)
                return observed;
            observed = await StartAsync(pod, init, observed, sandbox, hosts, ct).ConfigureAwait(false);
            Adopt(pod, observed);
            if (!InitContainers.IsDone(init, observed, _slots))
                return observed;
        }

        foreach (var container in pod.Spec.Containers.Concat(EphemeralContainers.Of(pod)))
            observed = await StartAsync(pod, container, observed, sandbox, hosts, ct).ConfigureAwait(false);
        return observed;
    }

    private async Task<ObservedPod> StartAsync(V1Pod pod, V1Container container, ObservedPod observed, PodSandboxConfig sandbox, string hosts, CancellationToken ct)
    {
        var slot = _slots[container.Name];
        var current = observed.Current(container.Name);
        if (current?.IsRunning == true || current is { IsExited: true } && !WantsRestart(pod, container.Name, current) || IsEnding)
            return observed;
        if (slot.NextStart is { } due && _node.Time.GetUtcNow() < due)
        {
            BackOffPull(pod, slot, due);
            return observed;
        }

        if (current?.State == ContainerState.ContainerCreated)
            // Left by an agent that ended between create and start; its name is taken until it is removed.
            await _node.Cri.RemoveContainerAsync(current.Id, ct).ConfigureAwait(false);
        var told = StatusOf(pod, s => s.Name == container.Name);
        // A runtime that lost its containers (a wiped disk) must not make the count start over.
        var attempt = current?.State == ContainerState.ContainerCreated ? current.Attempt
            : current is not null ? current.Attempt + 1
            : string.IsNullOrEmpty(told?.ContainerID) ? 0 : (uint)told.RestartCount + 1;
        try
        {
            if (EphemeralContainers.Contains(pod, container.Name) && container.SecurityContext?.Privileged == true && !_node.Options.AllowPrivileged)
                throw new ContainerStartException(ContainerStartException.ConfigError, $"container {container.Name} is privileged, which this node does not allow (AllowPrivileged is off)");
            var id = await _node.Launcher.StartAsync(pod, container, attempt, observed.Sandbox!.Id, sandbox, observed.Addresses, hosts, ProcessesOf(pod, container, observed), _interrupt.Token, ct).ConfigureAwait(false);
            _owns(id);
            slot.ClearWaiting();
            await RunPostStartAsync(pod, container, id, observed, ct).ConfigureAwait(false);
        }
        catch (ContainerStartException e)
        {
            Fail(pod, slot, e);
        }
        catch (OperationCanceledException) when (IsEnding)
        {
            return observed;
        }

        return await ObserveAsync(ct).ConfigureAwait(false);
    }

    // As the kubelet shows it: ErrImagePull when a pull has failed, ImagePullBackOff while the next one is waited for.
    private void BackOffPull(V1Pod pod, ContainerSlot slot, DateTimeOffset due)
    {
        if (slot.WaitingReason != ImagePuller.PullFailed || due - _node.Time.GetUtcNow() < ShowFailedPull)
            return;
        slot.WaitingReason = ImagePuller.PullBackOff;
        slot.WaitingMessage = $"Back-off until {due.UtcDateTime:HH:mm:ss} UTC: {slot.WaitingMessage}";
        Say(pod, true, "BackOff", slot.WaitingMessage);
    }

    // An ephemeral container may ask to see the processes of another one, which must run for that.
    private static string? ProcessesOf(V1Pod pod, V1Container container, ObservedPod observed)
    {
        if (EphemeralContainers.TargetOf(pod, container.Name) is not { } target || pod.Spec.ShareProcessNamespace == true || pod.Spec.HostPID == true)
            return null;
        return observed.Current(target) is { IsRunning: true } running
            ? running.Id
            : throw new ContainerStartException(ContainerStartException.RunError, $"container {container.Name} is to see the processes of {target}, which does not run");
    }

    private async Task RunPostStartAsync(V1Pod pod, V1Container container, string id, ObservedPod observed, CancellationToken ct)
    {
        if (container.Lifecycle?.PostStart is not { } hook)
            return;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, _interrupt.Token);
        var address = observed.Addresses.Count > 0 ? observed.Addresses[0] : _node.Options.InternalIP;
        var fault = await _node.Hooks.RunAsync(pod, container, hook, id, address, TimeSpan.FromMinutes(2), linked.Token).ConfigureAwait(false);
        if (fault is null)
            return;
        await _node.Cri.StopContainerAsync(id, TimeSpan.Zero, ct).ConfigureAwait(false);
        throw new ContainerStartException(ContainerStartException.PostStartError, $"container {container.Name}: postStart hook {fault}");
    }

    private void Fail(V1Pod pod, ContainerSlot slot, ContainerStartException e)
    {
        if (slot.WaitingMessage != e.Message)
            Say(pod, true, e.Reason is ImagePuller.PullBackOff ? "BackOff" : "Failed", e.Message);
        slot.Fail(e.Reason, e.Message, _node.Time.GetUtcNow(), e.NotBefore);
    }

    // The last two attempts of each container stay, for logs and last state; old sandboxes as long as they hold one of those.
    private async Task CollectAsync(ObservedPod observed, CancellationToken ct)
    {
        foreach (var container in observed.Containers.Values.SelectMany(c => c.Skip(KeptAttempts)))
        {
            await _node.Cri.RemoveContainerAsync(container.Id, ct).ConfigureAwait(false);
            var pod = Pod;
            foreach (var log in (string[])["", ".1"])
                File.Delete(Path.Combine(_node.Paths.PodLogDirectory(pod.Metadata.NamespaceProperty, pod.Metadata.Name, Uid), NodePaths.ContainerLog(container.Name, container.Attempt)) + log);
        }

        var homes = observed.Containers.Values.SelectMany(c => c.Take(KeptAttempts)).Select(c => c.SandboxId).ToHashSet(StringComparer.Ordinal);
        foreach (var old in observed.OldSandboxes.Where(s => !homes.Contains(s)))
        {
            await _node.Cri.StopPodSandboxAsync(old, ct).ConfigureAwait(false);
            await _node.Cri.RemovePodSandboxAsync(old, ct).ConfigureAwait(false);
        }
    }

    private DateTimeOffset? NextStart(V1Pod pod, ObservedPod observed)
    {
        DateTimeOffset? next = null;
        // So does a sandbox's, and a container's that did not settle in time.
        foreach (var id in _ended.Keys)
        {
            var late = observed.Running.Any(c => c.Id == id) || observed.SandboxReady && observed.Sandbox!.Id == id;
            if (late && _ended.AddOrUpdate(id, 1, (_, looks) => looks + 1) < MaxLooks)
                next = _node.Time.GetUtcNow() + LookAgain;
            else
                _ended.TryRemove(id, out _);
        }

        foreach (var container in AllContainers(pod))
        {
            if (observed.Current(container.Name)?.IsRunning == true || _slots[container.Name].NextStart is not { } due)
                continue;
            // A failed pull is shown for a moment before it is shown as waiting.
            var shown = _node.Time.GetUtcNow() + ShowFailedPull;
            var look = _slots[container.Name].WaitingReason == ImagePuller.PullFailed && shown < due ? shown : due;
            if (next is null || look < next)
                next = look;
        }

        return next;
    }
}
