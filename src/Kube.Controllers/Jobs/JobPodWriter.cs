using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Controllers.PodGarbageCollection;
using Kube.Controllers.ReplicaSets;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.Jobs;

/// <summary>Creates, deletes, adopts and releases the pods of jobs, and remembers what the cache does not show yet.</summary>
internal sealed class JobPodWriter(ControllerContext context)
{
    private const int LargestBatch = 64;
    private readonly ResourceClient<V1Job> _jobs = context.Client.Resource<V1Job>();
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();

    // A create whose outcome is unknown is repeated under the same name, so it cannot happen twice.
    private readonly ConcurrentDictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private readonly string _term = Guid.NewGuid().ToString("N");

    public PendingPods Pending { get; } = new(context.Time);

    public void Forget(V1Job job)
    {
        Pending.Forget(Names.Of(job));
        _sequences.TryRemove(job.Metadata.Uid, out _);
    }

    public async Task CreateAsync(V1Job job, IReadOnlyList<NewJobPod> pods, CancellationToken cancellationToken)
    {
        if (pods.Count == 0)
        {
            return;
        }

        var raw = await _jobs.GetRawAsync(job.Metadata.NamespaceProperty, job.Metadata.Name, cancellationToken);
        if (raw?["spec"]?["template"] is not JsonObject template || raw["metadata"].Text("uid") != job.Metadata.Uid || raw["metadata"]?["deletionTimestamp"] is not null)
        {
            return;
        }

        // Slow start: when the first is refused (a quota), the other hundred are not tried.
        var done = 0;
        for (var batch = 1; done < pods.Count; batch = Math.Min(batch * 4, LargestBatch))
        {
            var now = pods.Skip(done).Take(batch).ToArray();
            await Task.WhenAll(now.Select(pod => CreateOneAsync(job, template, pod, cancellationToken)));
            done += now.Length;
        }
    }

    /// <summary>Deletes pods whose end counts.</summary>
    public Task DeleteAsync(V1Job job, IEnumerable<V1Pod> pods, CancellationToken cancellationToken) => Each(
        pods,
        async (pod, token) =>
        {
            Pending.Deleted(Names.Of(job), pod.Metadata.Uid);
            await PodDeletion.DeleteAsync(_pods, pod, null, token);
            context.Events.Normal(job, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
        },
        cancellationToken);

    /// <summary>Deletes pods that the job does not want any longer; without their finalizer nobody counts them. A pod that has ended meanwhile is left to be counted.</summary>
    public Task WithdrawAsync(V1Job job, IEnumerable<V1Pod> pods, CancellationToken cancellationToken) => Each(
        pods,
        async (pod, token) =>
        {
            await UntrackOneAsync(pod, bound: true, token);
            Pending.Deleted(Names.Of(job), pod.Metadata.Uid);
            await PodDeletion.DeleteAsync(_pods, pod, null, token);
            context.Events.Normal(job, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
        },
        cancellationToken);

    /// <summary>Takes the finalizer off pods that have been counted.</summary>
    public Task UntrackAsync(IEnumerable<V1Pod> pods, CancellationToken cancellationToken) => Each(pods, (pod, token) => UntrackOneAsync(pod, bound: false, token), cancellationToken);

    /// <summary>Makes the job the owner of a pod that matches its selector.</summary>
    public Task AdoptAsync(V1Job job, V1Pod pod, CancellationToken cancellationToken)
    {
        var references = Owners.References(pod.Metadata.OwnerReferences ?? []);
        references.Add((JsonNode)Owners.Reference("batch/v1", "Job", job.Metadata));
        return PatchAsync(pod, references, (pod.Metadata.Finalizers ?? []).Append(JobPods.Tracking).Distinct(), cancellationToken);
    }

    /// <summary>Lets go of a pod that no longer matches.</summary>
    public Task ReleaseAsync(V1Job job, V1Pod pod, CancellationToken cancellationToken) => PatchAsync(
        pod,
        Owners.References((pod.Metadata.OwnerReferences ?? []).Where(o => o.Uid != job.Metadata.Uid)),
        (pod.Metadata.Finalizers ?? []).Where(f => f != JobPods.Tracking),
        cancellationToken);

    private static Task Each(IEnumerable<V1Pod> pods, Func<V1Pod, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(pods, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (pod, token) => await work(pod, token));

    private async Task CreateOneAsync(V1Job job, JsonObject template, NewJobPod pod, CancellationToken cancellationToken)
    {
        var (key, uid) = (Names.Of(job), job.Metadata.Uid);
        var sequence = _sequences.AddOrUpdate(uid, 1, (_, last) => last + 1);
        var body = JobPodTemplate.Make(job.Metadata, template, pod, Names.Hash(string.Create(CultureInfo.InvariantCulture, $"{uid} {_term} {sequence}"), 5));
        var name = body["metadata"].Text("name")!;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var made = await _pods.CreateRawAsync(key.Namespace, (JsonObject)body.DeepClone(), cancellationToken);
                Pending.Created(key, made.Metadata.Uid);
                context.Events.Normal(job, "SuccessfulCreate", $"Created pod: {name}");
                return;
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                if (await _pods.GetAsync(key.Namespace, name, cancellationToken) is { } there && Owners.ControllerOf(there)?.Uid == uid)
                {
                    Pending.Created(key, there.Metadata.Uid);
                    return;
                }

                throw;
            }
            catch (HttpRequestException) when (attempt < 2)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), context.Time, cancellationToken);
            }
            catch (ApiException e)
            {
                context.Events.Warning(job, "FailedCreate", $"Error creating: {e.Message}");
                throw;
            }
        }
    }

    private async Task UntrackOneAsync(V1Pod pod, bool bound, CancellationToken cancellationToken)
    {
        if (!pod.IsTracked())
        {
            return;
        }

        await PodTracking.RemoveAsync(_pods, pod, bound, cancellationToken);
    }

    private async Task PatchAsync(V1Pod pod, JsonArray references, IEnumerable<string> finalizers, CancellationToken cancellationToken)
    {
        var metadata = new JsonObject
        {
            ["resourceVersion"] = pod.Metadata.ResourceVersion,
            ["ownerReferences"] = references,
            ["finalizers"] = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]),
        };
        try
        {
            await _pods.PatchAsync(pod.Metadata.NamespaceProperty, pod.Metadata.Name, new JsonObject { ["metadata"] = metadata }, PatchKind.Merge, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone: neither to adopt nor to release.
        }
    }
}
