using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Nodes;

/// <summary>Nodes for operators. Objects are patched, never replaced.</summary>
internal sealed partial class NodeCommands(
    IKubernetes client, NodeReader reader, NodeDrainer drainer, IEnumerable<INodeInvitations> invitations, ITenantDbContextFactory contexts, AuditTrail audit, TimeProvider clock) : INodes
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
    private DateTimeOffset _changed = DateTimeOffset.MinValue;

    public Task<Result<IReadOnlyList<NodeView>>> ListAsync(Actor actor, CancellationToken cancellationToken) => AsOperatorAsync<IReadOnlyList<NodeView>>(actor, async () =>
    {
        var reading = await reader.ReadAsync(_changed, cancellationToken);
        return Result<IReadOnlyList<NodeView>>.Ok([.. reading.Nodes.Select(reading.View).OrderBy(node => node.Name, StringComparer.Ordinal)]);
    }, cancellationToken);

    public async Task<Result<IAsyncEnumerable<IReadOnlyList<NodeView>>>> WatchAsync(Actor actor, CancellationToken cancellationToken)
    {
        var first = await ListAsync(actor, cancellationToken);
        return first.IsOk ? Result<IAsyncEnumerable<IReadOnlyList<NodeView>>>.Ok(StreamAsync(actor, first.Value, cancellationToken)) : first.Error;
    }

    public Task<Result<NodeDetail>> GetAsync(Actor actor, string node, CancellationToken cancellationToken) => AsOperatorAsync<NodeDetail>(actor, async () =>
    {
        var reading = await reader.ReadAsync(_changed, cancellationToken);
        return reading.Nodes.FirstOrDefault(one => one.Metadata.Name == node) is { } found ? reading.Detail(found) : Error.NotFound("node");
    }, cancellationToken);

    public Task<Result<NodeInvitation>> InviteAsync(Actor actor, TimeSpan lifetime, CancellationToken cancellationToken) => ChangeAsync<NodeInvitation>(actor, "node.invite", "nodes", async () =>
    {
        if (lifetime < TimeSpan.FromMinutes(1) || lifetime > TimeSpan.FromDays(30)) return Error.Invalid("hours", "Must be from one minute to 30 days.");
        return invitations.FirstOrDefault() is { } source ? await source.CreateAsync(lifetime, cancellationToken) : Error.Unavailable("Nodes join this cluster by its own means, not by the portal's.");
    }, cancellationToken);

    public Task<Result<Unit>> LabelAsync(Actor actor, string node, string key, string? value, CancellationToken cancellationToken) => ChangeAsync<Unit>(actor, "node.label", node, async () =>
    {
        if (!QualifiedName().IsMatch(key ?? "")) return Error.Invalid("key", "A label's key is a name of at most 63 letters, digits, '-', '_' and '.', with an optional prefix such as example.com/.");
        if (value is not null && !LabelValue().IsMatch(value)) return Error.Invalid("value", "A label's value is at most 63 letters, digits, '-', '_' and '.', and begins and ends with a letter or digit.");
        await PatchAsync(node, new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [key!] = value } } }, cancellationToken);
        return Unit.Value;
    }, cancellationToken, value is null ? $"{key} removed" : $"{key}={value}");

    public Task<Result<Unit>> TaintAsync(Actor actor, string node, NodeTaint taint, bool remove, CancellationToken cancellationToken) => ChangeAsync<Unit>(actor, "node.taint", node, async () =>
    {
        ArgumentNullException.ThrowIfNull(taint);
        if (!QualifiedName().IsMatch(taint.Key ?? "")) return Error.Invalid("key", "A taint's key is a name of at most 63 letters, digits, '-', '_' and '.', with an optional prefix such as example.com/.");
        if (!Effects.Contains(taint.Effect)) return Error.Invalid("effect", $"Must be one of {string.Join(", ", Effects)}.");
        if (taint.Value is { Length: > 0 } value && !LabelValue().IsMatch(value)) return Error.Invalid("value", "A taint's value is at most 63 letters, digits, '-', '_' and '.'.");

        // A list is replaced whole, so the patch names the version it was made from: who was faster wins, the other tries again.
        var present = await client.CoreV1.ReadNodeAsync(node, cancellationToken: cancellationToken);
        var rest = (present.Spec?.Taints ?? []).Where(other => other.Key != taint.Key || other.Effect != taint.Effect).Select(other => Json(other.Key, other.Value, other.Effect));
        JsonArray taints = [.. rest.Concat(remove ? [] : [Json(taint.Key!, taint.Value, taint.Effect)])];
        await PatchAsync(node, new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = present.Metadata.ResourceVersion }, ["spec"] = new JsonObject { ["taints"] = taints } }, cancellationToken);
        return Unit.Value;
    }, cancellationToken, $"{taint?.Key}={taint?.Value}:{taint?.Effect}{(remove ? " removed" : "")}");

    public Task<Result<Unit>> CordonAsync(Actor actor, string node, bool cordoned, CancellationToken cancellationToken) => ChangeAsync<Unit>(actor, cordoned ? "node.cordon" : "node.uncordon", node, async () =>
    {
        var patch = new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = cordoned ? true : null } };
        if (!cordoned) patch["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [NodeViews.DrainAnnotation] = null } };
        await PatchAsync(node, patch, cancellationToken);
        return Unit.Value;
    }, cancellationToken);

    public Task<Result<Unit>> DrainAsync(Actor actor, string node, CancellationToken cancellationToken) => ChangeAsync<Unit>(actor, "node.drain", node, async () =>
    {
        var record = NodeViews.Text(new(clock.GetUtcNow(), actor.Email));
        await PatchAsync(node, new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [NodeViews.DrainAnnotation] = record } },
            ["spec"] = new JsonObject { ["unschedulable"] = true },
        }, cancellationToken);
        drainer.Wake();
        return Unit.Value;
    }, cancellationToken);

    public Task<Result<Unit>> RemoveAsync(Actor actor, string node, CancellationToken cancellationToken) => ChangeAsync<Unit>(actor, "node.remove", node, async () =>
    {
        var reading = await reader.ReadAsync(clock.GetUtcNow(), cancellationToken);
        if (reading.Nodes.FirstOrDefault(one => one.Metadata.Name == node) is not { } found) return Error.NotFound("node");
        var left = NodeViews.Leaving(reading.Pods[node]).Count();
        if (left > 0) return Error.Conflict($"{left} pods still run there: drain the node first.");
        if (reading.View(found).State == NodeState.Ready) return Error.Conflict("Its agent still runs and would bring the node back: stop the agent on the machine first.");
        await client.CoreV1.DeleteNodeAsync(node, new V1DeleteOptions(), cancellationToken: cancellationToken);
        return Unit.Value;
    }, cancellationToken);

    private async IAsyncEnumerable<IReadOnlyList<NodeView>> StreamAsync(Actor actor, IReadOnlyList<NodeView> first, CancellationToken outer, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(outer, cancellationToken);
        yield return first;
        while (!either.IsCancellationRequested)
        {
            await Task.Delay(Pace, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (either.IsCancellationRequested) yield break;
            var next = await ListAsync(actor, either.Token);
            if (!next.IsOk) yield break;
            yield return next.Value;
        }
    }

    private static JsonObject Json(string key, string? value, string effect)
    {
        var taint = new JsonObject { ["key"] = key, ["effect"] = effect };
        if (!string.IsNullOrEmpty(value)) taint["value"] = value;
        return taint;
    }

    private Task<V1Node> PatchAsync(string node, JsonObject patch, CancellationToken cancellationToken) =>
        client.CoreV1.PatchNodeAsync(new V1Patch(patch.ToJsonString(), V1Patch.PatchType.MergePatch), node, fieldManager: "portal", cancellationToken: cancellationToken);

    private Task<Result<T>> ChangeAsync<T>(Actor actor, string action, string target, Func<Task<Result<T>>> change, CancellationToken cancellationToken, string detail = "") => AsOperatorAsync(actor, async () =>
    {
        var done = await change();
        if (!done.IsOk) return done;
        _changed = clock.GetUtcNow();
        await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
        audit.Add(db, null, actor, action, target, AuditOutcome.Done, detail);
        await db.CommitAsync(cancellationToken);
        return done;
    }, cancellationToken);

    private static async Task<Result<T>> AsOperatorAsync<T>(Actor actor, Func<Task<Result<T>>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!PlatformTable.Allows(actor, Right.NodeManage)) return Error.Forbidden(PlatformTable.Denial(Right.NodeManage));
        try
        {
            return await UnitOfWork.GuardAsync(work);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return Error.NotFound("node");
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.Conflict)
        {
            return Error.Conflict("The node was changed by somebody else at the same moment; try again.");
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Error.Unavailable("The Kubernetes API does not answer.");
        }
    }

    // https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
    [GeneratedRegex(@"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")]
    private static partial Regex LabelValue();
}
