using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Controllers.Jobs;
using Kube.Machinery.Client;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.CronJobs;

/// <summary>Creates jobs at the times a schedule names: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/.</summary>
internal sealed class CronJobController(ControllerContext context) : Controller(context)
{
    private const string ScheduledAt = "batch.kubernetes.io/cronjob-scheduled-timestamp";
    private readonly ResourceClient<V1CronJob> _cronJobs = context.Client.Resource<V1CronJob>();
    private readonly ResourceClient<V1Job> _jobs = context.Client.Resource<V1Job>();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.CronJobs);
        yield return Owned(Informers.Jobs, "CronJob");
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (Informers.CronJobs.Get(key.Namespace, key.Name) is not { } cron)
        {
            return null;
        }

        var jobs = await JobsAsync(cron, cancellationToken);
        var zone = Zone(cron);
        var plan = CronJobPlan.Of(cron, zone is null ? null : Schedule(cron), zone ?? TimeZoneInfo.Utc, jobs, Context.Time.GetUtcNow());
        foreach (var job in plan.History)
        {
            await DeleteAsync(cron, job, cancellationToken);
        }

        if (plan.TooManyMissed)
        {
            Context.Events.Warning(cron, "TooManyMissedTimes", "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
        }

        if (plan.Forbidden)
        {
            Context.Events.Normal(cron, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
        }

        var active = plan.Active.Except<V1Job>(plan.Replace, ReferenceEqualityComparer.Instance).ToList();
        foreach (var job in plan.Replace)
        {
            await DeleteAsync(cron, job, cancellationToken);
        }

        if (plan.Start is { } start)
        {
            if (await StartAsync(cron, start, zone!, cancellationToken) is not { } started)
            {
                // The cache is behind; its next word leads back here.
                return plan.LookAgain;
            }

            active.Add(started);
        }

        await WriteStatusAsync(cron, plan, active, cancellationToken);
        return plan.LookAgain;
    }

    // What the cache shows, and what was started a moment ago.
    private async Task<IReadOnlyList<V1Job>> JobsAsync(V1CronJob cron, CancellationToken cancellationToken)
    {
        var jobs = ClusterInformers.OwnedBy(Informers.Jobs, cron.Metadata.Uid).ToList();
        foreach (var started in (cron.Status?.Active ?? []).Where(a => jobs.All(j => j.Metadata.Uid != a.Uid)))
        {
            if (await _jobs.GetAsync(cron.Metadata.NamespaceProperty, started.Name, cancellationToken) is { } job && job.Metadata.Uid == started.Uid)
            {
                jobs.Add(job);
            }
        }

        return jobs;
    }

    private TimeZoneInfo? Zone(V1CronJob cron)
    {
        if (cron.Spec.TimeZone is null)
        {
            return TimeZoneInfo.Utc;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(cron.Spec.TimeZone, out var zone))
        {
            return zone;
        }

        Context.Events.Warning(cron, "UnknownTimeZone", $"invalid timeZone: {cron.Spec.TimeZone}");
        return null;
    }

    private CronSchedule? Schedule(V1CronJob cron)
    {
        try
        {
            return CronSchedule.Parse(cron.Spec.Schedule);
        }
        catch (FormatException e)
        {
            Context.Events.Warning(cron, "UnparseableSchedule", $"unparseable schedule: {cron.Spec.Schedule} : {e.Message}");
            return null;
        }
    }

    // The name follows from the time, so a start that is repeated finds its job there. Null when this time has been dealt with already.
    private async Task<V1Job?> StartAsync(V1CronJob cron, DateTimeOffset time, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        var (ns, name) = (cron.Metadata.NamespaceProperty, string.Create(CultureInfo.InvariantCulture, $"{cron.Metadata.Name}-{time.ToUnixTimeSeconds() / 60}"));
        var raw = await _cronJobs.GetRawAsync(ns, cron.Metadata.Name, cancellationToken);
        if (raw?["spec"]?["jobTemplate"] is not JsonObject template
            || raw["metadata"].Text("uid") != cron.Metadata.Uid
            || (DateTimeOffset.TryParse(raw["status"].Text("lastScheduleTime"), CultureInfo.InvariantCulture, out var last) && last >= time))
        {
            return null;
        }

        var metadata = template["metadata"] is JsonObject m ? (JsonObject)m.DeepClone() : [];
        metadata.Remove("creationTimestamp");
        metadata["name"] = name;
        metadata["namespace"] = ns;
        metadata["ownerReferences"] = new JsonArray(Owners.Reference("batch/v1", "CronJob", cron.Metadata));
        metadata.Ensure("annotations")[ScheduledAt] = TimeZoneInfo.ConvertTime(time, zone).ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture).Replace("+00:00", "Z", StringComparison.Ordinal);
        try
        {
            var job = await _jobs.CreateRawAsync(ns, new JsonObject { ["metadata"] = metadata, ["spec"] = template["spec"]?.DeepClone() }, cancellationToken);
            Context.Events.Normal(cron, "SuccessfulCreate", $"Created job {name}");
            return job;
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            return await _jobs.GetAsync(ns, name, cancellationToken) is { } there && Owners.ControllerOf(there)?.Uid == cron.Metadata.Uid ? there : throw new InvalidOperationException($"Job {ns}/{name} exists and is not of cron job {cron.Metadata.Name}.", e);
        }
        catch (ApiException e)
        {
            Context.Events.Warning(cron, "FailedCreate", $"Error creating job: {e.Message}");
            throw;
        }
    }

    private async Task DeleteAsync(V1CronJob cron, V1Job job, CancellationToken cancellationToken)
    {
        if (job.Metadata.DeletionTimestamp is not null)
        {
            return;
        }

        var options = new V1DeleteOptions { PropagationPolicy = "Background", Preconditions = new V1Preconditions { Uid = job.Metadata.Uid } };
        if (await _jobs.DeleteAsync(job.Metadata.NamespaceProperty, job.Metadata.Name, options, cancellationToken))
        {
            Context.Events.Normal(cron, "SuccessfulDelete", $"Deleted job {job.Metadata.Name}");
        }
    }

    private async Task WriteStatusAsync(V1CronJob cron, CronJobPlan plan, List<V1Job> active, CancellationToken cancellationToken)
    {
        foreach (var gone in (cron.Status?.Active ?? []).Where(a => active.All(j => j.Metadata.Uid != a.Uid)))
        {
            var job = Informers.Jobs.Get(gone.NamespaceProperty, gone.Name);
            if (job?.FinalCondition() is { } end && job.Metadata.Uid == gone.Uid)
            {
                Context.Events.Normal(cron, "SawCompletedJob", $"Saw completed job: {gone.Name}, condition: {end.Type}");
            }
        }

        var status = new JsonObject();
        if (!(cron.Status?.Active ?? []).Select(a => a.Uid).ToHashSet().SetEquals(active.Select(j => j.Metadata.Uid)))
        {
            status["active"] = active.Count == 0 ? null : new JsonArray([.. active.Select(Reference)]);
        }

        if (plan.Start is { } start)
        {
            status["lastScheduleTime"] = Timestamps.Text(start);
        }

        if (plan.LastSuccess != cron.Status?.LastSuccessfulTime)
        {
            status["lastSuccessfulTime"] = Timestamps.Text(plan.LastSuccess);
        }

        if (status.Count == 0)
        {
            return;
        }

        try
        {
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = cron.Metadata.ResourceVersion }, ["status"] = status };
            await _cronJobs.PatchStatusAsync(cron.Metadata.NamespaceProperty, cron.Metadata.Name, patch, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Deleted meanwhile.
        }
    }

    private static JsonNode? Reference(V1Job job) => JsonNode.Parse(KubernetesJson.Serialize(new V1ObjectReference
    {
        ApiVersion = "batch/v1",
        Kind = "Job",
        Name = job.Metadata.Name,
        NamespaceProperty = job.Metadata.NamespaceProperty,
        Uid = job.Metadata.Uid,
        ResourceVersion = job.Metadata.ResourceVersion,
    }));
}
