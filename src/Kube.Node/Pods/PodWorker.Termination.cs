using k8s.Models;
using Kube.Node.Status;

namespace Kube.Node.Pods;

internal sealed partial class PodWorker
{
    // After preStop a container gets at least this long between SIGTERM and SIGKILL.
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    // preStop, SIGTERM, SIGKILL, final status, everything removed from the machine, and last the object from the API.
    private async Task TerminateAsync(CancellationToken ct)
    {
        var observed = await ObserveAsync(ct).ConfigureAwait(false);
        foreach (var slot in _slots.Values)
            await StopProbesAsync(slot).ConfigureAwait(false);
        var running = observed.Running.ToList();
        if (running.Count > 0)
            Say(Pod, false, "Killing", $"Stopping {string.Join(", ", running.Select(c => "container " + c.Name))}");
        var started = _node.Time.GetUtcNow();
        var grace = Grace();
        using var shortened = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var stopping = Task.WhenAll(running.Select(c => StopAsync(c, grace, shortened.Token)));
        while (!stopping.IsCompleted)
        {
            var signal = _signal.Reader.WaitToReadAsync(shortened.Token).AsTask();
            await Task.WhenAny(stopping, signal).ConfigureAwait(false);
            if (stopping.IsCompleted)
                break;
            _signal.Reader.TryRead(out _);
            // A second, shorter deletion: cut the hooks short and send the kill for the new deadline.
            if (Grace() < grace)
            {
                grace = Grace();
                await shortened.CancelAsync().ConfigureAwait(false);
                await stopping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                var left = started + grace - _node.Time.GetUtcNow();
                stopping = Task.WhenAll(running.Select(c => _node.Cri.StopContainerAsync(c.Id, left, ct)));
                break;
            }
        }

        await stopping.ConfigureAwait(false);
        await shortened.CancelAsync().ConfigureAwait(false);
        if (observed.Sandbox is { } sandbox)
            await _node.Cri.StopPodSandboxAsync(sandbox.Id, ct).ConfigureAwait(false);
        observed = await ObserveAsync(ct).ConfigureAwait(false);
        await CountEndsAsync(Pod, observed).ConfigureAwait(false);
        await WriteLastStatusAsync(observed, ct).ConfigureAwait(false);
        await PodCleanup.RemoveAsync(_node, Uid, Pod, ct).ConfigureAwait(false);
        await DeleteAsync(ct).ConfigureAwait(false);
    }

    private Task StopAsync(ObservedContainer running, TimeSpan grace, CancellationToken ct)
    {
        var container = AllContainers(Pod).FirstOrDefault(c => c.Name == running.Name);
        return container is null ? _node.Cri.StopContainerAsync(running.Id, grace, ct) : StopContainerAsync(Pod, container, running, grace, ct);
    }

    private async Task StopContainerAsync(V1Pod pod, V1Container container, ObservedContainer running, TimeSpan grace, CancellationToken ct)
    {
        var left = grace;
        if (container.Lifecycle?.PreStop is { } hook && grace > TimeSpan.Zero)
        {
            var started = _node.Time.GetTimestamp();
            var address = pod.Status?.PodIP ?? _node.Options.InternalIP;
            if (await _node.Hooks.RunAsync(pod, container, hook, running.Id, address, grace, ct).ConfigureAwait(false) is { } fault)
                Say(pod, true, "FailedPreStopHook", $"container {container.Name}: preStop hook {fault}");
            left = grace - _node.Time.GetElapsedTime(started);
            if (left < LeastGrace)
                left = LeastGrace;
        }

        await _node.Cri.StopContainerAsync(running.Id, left, ct).ConfigureAwait(false);
    }

    private TimeSpan Grace()
    {
        var pod = Pod;
        // A pod that vanished from the API has no one waiting for it.
        if (_gone)
            return pod.Metadata.DeletionGracePeriodSeconds is { } own and < 2 ? TimeSpan.FromSeconds(own) : LeastGrace;
        return TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 30);
    }

    private async Task WriteLastStatusAsync(ObservedPod observed, CancellationToken ct)
    {
        foreach (var slot in _slots.Values)
        {
            if (observed.Current(slot.Name)?.IsExited == true)
                slot.ClearWaiting();
        }

        var status = PodStatusBuilder.Build(Pod, observed, _slots, _node.Options.InternalIP, TerminationMessage, _node.Time.GetUtcNow());
        // Who holds the pod by a finalizer (a job) waits for its end, and nothing in it is started again.
        if (Pod.Metadata.Finalizers is { Count: > 0 } && status.Phase is not ("Succeeded" or "Failed"))
            status.Phase = Pod.Spec.Containers.All(c => observed.Current(c.Name) is { IsExited: true, ExitCode: 0 }) ? "Succeeded" : "Failed";
        if (!_gone)
            await _publisher.TryWriteAsync(Pod, status, ct).ConfigureAwait(false);
    }

    private async Task DeleteAsync(CancellationToken ct)
    {
        var failures = 0;
        while (!_gone)
        {
            try
            {
                await _node.Api.DeleteAsync(Pod, ct).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (StatusPublisher.IsTransient(e, ct))
            {
                Log.WillRetry(_node.Logger, $"deleting pod {Name}", e.Message);
                await Task.Delay(RestartBackOff.Delay(Math.Min(++failures, 3)), _node.Time, ct).ConfigureAwait(false);
            }
        }
    }
}
