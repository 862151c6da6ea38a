using System.Globalization;
using System.Net.WebSockets;
using k8s.Autorest;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Compile;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Terminals;

/// <summary>Opens terminals through the Kubernetes API's exec.</summary>
internal sealed class Terminals(UnitOfWork work, IAuthorizer authorizer, ITenantDbContextFactory contexts, AuditTrail audit, ClusterLinks links, TimeProvider clock) : ITerminals
{
    // The best shell the image has; the command runs in the instance, whose owner has the right to run any.
    private static readonly string[] Shell = ["/bin/sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash || exec sh"];

    public async Task<Result<ITerminal>> OpenAsync(Actor actor, ScopeRef app, string instance, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        Access? granted = null;
        ClusterLink? link = null;
        // Written before the shell starts: a terminal that is not in the audit does not exist.
        var found = await work.WriteAsync<(string Namespace, string Container)>(actor, Right.Exec, app, "terminal.open", async (db, access) =>
        {
            granted = access;
            var place = await db.Environments.Where(e => e.Id == access.EnvironmentId).Select(e => new { e.Namespace, e.ClusterId }).SingleAsync(cancellationToken);
            var ns = place.Namespace;
            link = await links.LinkAsync(place.ClusterId, cancellationToken);
            if (!link.Cache.Pods.In(ns).TryGetValue(instance, out var pod) || pod.Metadata.Labels?.TryGetValue(Labels.App, out var owner) != true || owner != access.Workload) return Error.NotFound("instance");
            var container = pod.Spec.Containers[0].Name;
            return pod.Status?.ContainerStatuses?.FirstOrDefault(status => status.Name == container)?.State?.Running is null
                ? Error.Conflict("The instance does not run, so there is nothing to open a terminal in.") : (ns, container);
        }, cancellationToken, instance);
        if (!found.IsOk) return found.Error;

        var (began, (space, name)) = (clock.GetTimestamp(), found.Value);
        try
        {
            var socket = await link!.Client.WebSocketNamespacedPodExecAsync(instance, space, Shell, name, stderr: false, stdin: true, stdout: true, tty: true, cancellationToken: cancellationToken);
            return Result<ITerminal>.Ok(new KubeTerminal(
                socket, instance, name, async cancel => (await authorizer.AuthorizeAsync(actor, Right.Exec, app, cancel)).IsOk, how => CloseAsync(granted!, app, instance, began, how), clock).Watch());
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or WebSocketException or IOException or ObjectDisposedException)
        {
            await CloseAsync(granted!, app, instance, began, "it could not be opened");
            return Error.Unavailable("The cluster does not open a terminal in this instance now; perhaps its image has no shell.");
        }
    }

    private async Task CloseAsync(Access access, ScopeRef app, string instance, long began, string how)
    {
        var lasted = clock.GetElapsedTime(began).TotalSeconds.ToString("F0", CultureInfo.InvariantCulture);
        await using var db = await contexts.CreateAsync(access.Tenant, CancellationToken.None);
        audit.Add(db, access.Tenant.TeamId, access.Actor, "terminal.close", app.ToString(), AuditOutcome.Done, how.Length > 0 ? $"{instance} after {lasted} s: {how}" : $"{instance} after {lasted} s");
        await db.CommitAsync(CancellationToken.None);
    }
}
