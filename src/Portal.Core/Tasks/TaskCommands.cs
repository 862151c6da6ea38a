using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Clusters;
using Portal.Core.Compile;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Tasks;

/// <summary>One-off tasks. They stand in the cluster alone: a Job each, with its author as an annotation; the audit says who ran what.</summary>
internal sealed class TaskCommands(UnitOfWork work, ICluster cluster, ReleaseObjects objects, ClusterLinks links, TimeProvider clock) : ITasks
{
    private const int DefaultTimeout = 60 * 60;

    public Task<Result<TaskView>> RunAsync(Actor actor, ScopeRef app, TaskOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var command = order.Command.IsDefault ? [] : order.Command;
        return CallAsync(() => work.WriteAsync<TaskView>(actor, Right.Exec, app, "task.run", async (db, access) =>
        {
            if (Faults(order, command) is { Count: > 0 } faults) return Error.Invalid(faults);
            if (await db.Apps.AsNoTracking().SingleAsync(a => a.Id == access.AppId, cancellationToken) is not { DeletingAt: null } row) return Error.Conflict("The app is being deleted.");
            if (await LiveAsync(db, row, cancellationToken) is not { } release) return Error.Conflict("The app has no live release yet whose image and configuration a task could run with.");
            var input = await objects.InputAsync(db, row, release, cancellationToken);
            var name = ObjectNames.Task(row.Workload, Guid.NewGuid().ToString("N")[..10]);
            // What an older release's instances left may have been cleared away already.
            foreach (var item in Compiler.Prerequisites(input).Where(item => item.Kind is "ConfigMap" or "Secret")) await cluster.ApplyAsync(input.Namespace, item, dryRun: false, cancellationToken);
            var made = await cluster.ApplyAsync(input.Namespace, Jobs.Task(input, name, actor.Email, command, order.Size, order.Timeout ?? DefaultTimeout), dryRun: false, cancellationToken);
            return TaskViews.Of(made, null, clock.GetUtcNow());
        }, cancellationToken, string.Join(' ', command)));
    }

    public Task<Result<IReadOnlyList<TaskView>>> ListAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        CallAsync(() => work.ReadAsync<IReadOnlyList<TaskView>>(actor, Right.AppView, app, async (db, access) => await ViewsAsync(db, access, cancellationToken), cancellationToken));

    public Task<Result<TaskView>> GetAsync(Actor actor, ScopeRef app, string name, CancellationToken cancellationToken) =>
        CallAsync(() => work.ReadAsync<TaskView>(actor, Right.AppView, app, async (db, access) =>
            (await ViewsAsync(db, access, cancellationToken)).Find(task => task.Name == name) is { } task ? task : Error.NotFound("task"), cancellationToken));

    public Task<Result<Unit>> RemoveAsync(Actor actor, ScopeRef app, string name, CancellationToken cancellationToken) =>
        CallAsync(() => work.WriteAsync<Unit>(actor, Right.Exec, app, "task.remove", async (db, access) =>
        {
            if (!(await ViewsAsync(db, access, cancellationToken)).Exists(task => task.Name == name)) return Error.NotFound("task");
            await cluster.DeleteAsync(await NamespaceAsync(db, access, cancellationToken), "Job", name, cancellationToken);
            return Unit.Value;
        }, cancellationToken, name));

    private static List<FieldError> Faults(TaskOrder order, ImmutableArray<string> command)
    {
        var faults = new List<FieldError>();
        if (command.Length is < 1 or > 64 || command.Any(word => word is null || word.Length > 4096 || word.Contains('\0'))) faults.Add(new("command", "Must be 1 to 64 words of at most 4096 characters."));
        if (order.Size is { } size && SizeTable.Find(size) is null) faults.Add(new("size", $"Must be one of {string.Join(", ", SizeTable.All.Select(known => known.Name))}."));
        if (order.Timeout is < 1 or > 24 * 60 * 60) faults.Add(new("timeout", "Must be from 1 to 86400 seconds."));
        return faults;
    }

    private static Task<ReleaseRow?> LiveAsync(PortalDbContext db, AppRow app, CancellationToken cancellationToken) => (
        from release in db.Releases.AsNoTracking()
        join rollout in db.Rollouts.AsNoTracking() on release.Id equals rollout.ReleaseId
        where release.AppId == app.Id && rollout.State == RolloutState.Live
        orderby release.Number descending
        select release).FirstOrDefaultAsync(cancellationToken);

    private static Task<string> NamespaceAsync(PortalDbContext db, Access access, CancellationToken cancellationToken) =>
        db.Environments.Where(e => e.Id == access.EnvironmentId).Select(e => e.Namespace).SingleAsync(cancellationToken);

    private async Task<List<TaskView>> ViewsAsync(PortalDbContext db, Access access, CancellationToken cancellationToken)
    {
        var ns = await NamespaceAsync(db, access, cancellationToken);
        var jobs = await cluster.ListTasksAsync(ns, access.Workload!, cancellationToken);
        var cache = (await links.OfAsync(ns, cancellationToken)).Cache;
        var pods = cache.Pods.In(ns).Values.Where(pod => pod.Metadata.Labels?.ContainsKey(Labels.Task) == true).ToLookup(pod => pod.Metadata.Labels[Labels.Task], StringComparer.Ordinal);
        return [.. jobs.Select(job => TaskViews.Of(job.Body, pods[job.Name].MaxBy(pod => pod.Metadata.CreationTimestamp), clock.GetUtcNow())).OrderByDescending(task => task.CreatedAt)];
    }

    private static async Task<Result<T>> CallAsync<T>(Func<Task<Result<T>>> call)
    {
        try
        {
            return await call();
        }
        catch (ClusterException e)
        {
            return e.IsFinal ? Error.Invalid("command", $"The cluster refuses the task: {e.Message}") : Error.Unavailable(e.Message);
        }
    }
}
