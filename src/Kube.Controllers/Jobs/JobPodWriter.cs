using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.Jobs;

/// <summary>Creates and deletes the pods of jobs, and takes off the finalizer by which they are counted.</summary>
internal sealed class JobPodWriter(ControllerContext context)
{
    private readonly ResourceClient<V1Pod> _client = context.Client.Resource<V1Pod>();

    /// <summary>The pods by way of their owner.</summary>
    public OwnedPods<V1Job> Pods { get; } = new(context);

    public Task CreateAsync(V1Job job, IReadOnlyList<NewJobPod> pods, CancellationToken cancellationToken) =>
        Pods.CreateAsync(job, pods, (template, pod, suffix) => JobPodTemplate.Make(job.Metadata, template, pod, suffix), cancellationToken);

    /// <summary>Deletes pods that the job does not want any longer; without their finalizer nobody counts them. A pod that has ended meanwhile is left to be counted.</summary>
    public Task WithdrawAsync(V1Job job, IEnumerable<V1Pod> pods, CancellationToken cancellationToken) => OwnedPods<V1Job>.EachAsync(
        pods,
        async (pod, token) =>
        {
            await UntrackOneAsync(pod, bound: true, token);
            await Pods.DeleteOneAsync(job, pod, token);
        },
        cancellationToken);

    /// <summary>Takes the finalizer off pods that have been counted.</summary>
    public Task UntrackAsync(IEnumerable<V1Pod> pods, CancellationToken cancellationToken) =>
        OwnedPods<V1Job>.EachAsync(pods, (pod, token) => UntrackOneAsync(pod, bound: false, token), cancellationToken);

    private Task UntrackOneAsync(V1Pod pod, bool bound, CancellationToken cancellationToken) =>
        pod.IsTracked() ? PodTracking.RemoveAsync(_client, pod, bound, cancellationToken) : Task.CompletedTask;
}
