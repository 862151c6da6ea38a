using System.Diagnostics;
using System.Globalization;
using k8s.Models;
using Kube.Machinery.Informers;
using Kube.Scheduler;
using Kube.Scheduler.Binding;
using Kube.Scheduler.Volumes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Benchmarks.Scheduler;

/// <summary>The scheduler's whole loop with bindings in memory: how fast pods get nodes while others, which no node takes, wait.</summary>
internal static class WaitingPods
{
    /// <summary>Pods bound a second.</summary>
    /// <param name="nodes">Number of nodes.</param>
    /// <param name="count">Pods that fit.</param>
    /// <param name="waiting">Pods, each of a shape of its own, that fit nowhere and were tried before.</param>
    public static async Task<double> MeasureAsync(int nodes, int count, int waiting)
    {
        using var stop = new CancellationTokenSource();
        var binder = new MemoryBinder(count, waiting);
        var loop = new SchedulerLoop(new SchedulerOptions { ParallelBinds = 4 }, binder, TimeProvider.System, NullLogger.Instance);
        binder.Loop = loop;
        for (var i = 0; i < nodes; i++)
        {
            loop.OnNode(new InformerEvent<V1Node>(InformerEventKind.Added, SchedulerBenchmark.NodeOf(i), null));
        }

        var run = loop.RunAsync(stop.Token);
        for (var i = 0; i < waiting; i++)
        {
            var pod = SchedulerBenchmark.PodOf(i, "large", 1_000_000_000 + i);
            pod.Metadata.Name = pod.Metadata.Uid = $"waiting-{i}";
            loop.OnPod(new InformerEvent<V1Pod>(InformerEventKind.Added, pod, null));
        }

        if (waiting > 0)
        {
            await binder.AllRefused;
        }

        var pods = Enumerable.Range(0, count).Select(i => SchedulerBenchmark.PodOf(i, (i / 10).ToString(CultureInfo.InvariantCulture), 0)).ToArray();
        var clock = Stopwatch.StartNew();
        foreach (var pod in pods)
        {
            loop.OnPod(new InformerEvent<V1Pod>(InformerEventKind.Added, pod, null));
        }

        await binder.AllBound;
        var elapsed = clock.Elapsed;
        await stop.CancelAsync();
        await run;
        return count / elapsed.TotalSeconds;
    }

    private sealed class MemoryBinder(int count, int waiting) : IPodBinder
    {
        private readonly TaskCompletionSource _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _binds;
        private int _refusals;

        public SchedulerLoop? Loop { get; set; }

        public Task AllBound => _bound.Task;

        public Task AllRefused => _refused.Task;

        public Task BindAsync(V1Pod pod, string node, CancellationToken cancellationToken)
        {
            // The API would tell the scheduler of its own binding.
            var bound = SchedulerBenchmark.PodOf(0, pod.Metadata.OwnerReferences[0].Uid, 0);
            bound.Metadata.Name = pod.Metadata.Name;
            bound.Metadata.Uid = pod.Metadata.Uid;
            bound.Spec.NodeName = node;
            Loop!.OnPod(new InformerEvent<V1Pod>(InformerEventKind.Modified, bound, pod));
            if (Interlocked.Increment(ref _binds) == count)
            {
                _bound.TrySetResult();
            }

            return Task.CompletedTask;
        }

        public Task ReserveVolumesAsync(string node, IReadOnlyList<VolumeReservation> reservations, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task PreemptAsync(V1Pod pod, string node, IReadOnlyList<V1Pod> victims, CancellationToken cancellationToken) => Task.CompletedTask;

        public void ReportFailure(V1Pod pod, string message, string? fix)
        {
            if (Interlocked.Increment(ref _refusals) == waiting)
            {
                _refused.TrySetResult();
            }
        }
    }
}
