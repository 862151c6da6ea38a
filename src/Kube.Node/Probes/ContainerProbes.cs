using k8s.Models;

namespace Kube.Node.Probes;

/// <summary>Runs the probes of one running container until disposed: the startup probe first, then readiness and liveness.</summary>
internal sealed class ContainerProbes : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Prober _prober;
    private readonly TimeProvider _time;
    private readonly V1Pod _pod;
    private readonly V1Container _container;
    private readonly string _address;
    private readonly DateTimeOffset _startedAt;
    private readonly Action<ProbeKind, bool, string> _changed;
    private readonly Task _run;

    /// <param name="prober">Asks.</param>
    /// <param name="time">Clock.</param>
    /// <param name="pod">The pod, for the container's ports and hooks.</param>
    /// <param name="container">The declaration.</param>
    /// <param name="containerId">The running container.</param>
    /// <param name="address">The pod's address.</param>
    /// <param name="startedAt">When the container started; initial delays count from there.</param>
    /// <param name="isStarted">The startup probe has succeeded before (an adopted container).</param>
    /// <param name="changed">Called with each new verdict and, for a failure, its reason.</param>
    public ContainerProbes(Prober prober, TimeProvider time, V1Pod pod, V1Container container, string containerId, string address, DateTimeOffset startedAt, bool isStarted, Action<ProbeKind, bool, string> changed)
    {
        (_prober, _time, _pod, _container, _address, _startedAt, _changed) = (prober, time, pod, container, address, startedAt, changed);
        ContainerId = containerId;
        _run = RunAsync(isStarted, _stop.Token);
    }

    public string ContainerId { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(bool isStarted, CancellationToken ct)
    {
        if (_container.StartupProbe is { } startup && !isStarted)
            await LoopAsync(ProbeKind.Startup, startup, untilSuccess: true, ct).ConfigureAwait(false);
        var loops = new List<Task>();
        if (_container.ReadinessProbe is { } readiness)
            loops.Add(LoopAsync(ProbeKind.Readiness, readiness, untilSuccess: false, ct));
        if (_container.LivenessProbe is { } liveness)
            loops.Add(LoopAsync(ProbeKind.Liveness, liveness, untilSuccess: false, ct));
        await Task.WhenAll(loops).ConfigureAwait(false);
    }

    private async Task LoopAsync(ProbeKind kind, V1Probe probe, bool untilSuccess, CancellationToken ct)
    {
        var tracker = new ProbeTracker(kind, probe);
        var begin = _startedAt + TimeSpan.FromSeconds(probe.InitialDelaySeconds ?? 0);
        var wait = begin - _time.GetUtcNow();
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, _time, ct).ConfigureAwait(false);
        while (!ct.IsCancellationRequested)
        {
            var result = await _prober.ProbeAsync(_pod, _container, probe, ContainerId, _address, ct).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            if (tracker.Record(result.Success, _time.GetUtcNow()) && tracker.Verdict is { } verdict)
                _changed(kind, verdict, result.Message);
            if (untilSuccess && tracker.Verdict == true)
                return;
            await Task.Delay(tracker.NextDelay(), _time, ct).ConfigureAwait(false);
        }
    }
}
