using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Compile;
using Portal.Core.Data;

namespace Portal.Core.Quotas;

/// <summary>Writes ResourceQuota and LimitRange into environments' namespaces. Environments marked as pending are the outbox.</summary>
internal sealed partial class NamespaceQuotas(ITenantDbContextFactory contexts, ICluster cluster, PortalCoreOptions options, ILogger<NamespaceQuotas> logger)
{
    private const string Name = "portal";

    /// <summary>Writes what is pending on one cluster; true when there was something.</summary>
    /// <param name="target">The cluster; null for the embedded engine.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public async Task<bool> PassAsync(Guid? target, CancellationToken cancellationToken)
    {
        List<EnvironmentRow> pending;
        await using (var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken))
        {
            // A namespace begins with its first release.
            pending = await db.Environments.AsNoTracking().Where(e => e.QuotaPending && e.DeletingAt == null && e.ClusterId == target && db.Apps.Any(a => a.EnvironmentId == e.Id && a.LastRelease > 0)).Take(100).ToListAsync(cancellationToken);
        }

        foreach (var environment in pending)
        {
            try
            {
                await WriteAsync(environment, cancellationToken);
            }
            catch (ClusterException e)
            {
                WriteFailed(logger, e, environment.Namespace);
            }
        }

        return pending.Count > 0;
    }

    /// <summary>The objects that hold a namespace to its limits.</summary>
    public static IReadOnlyList<KubeObject> Objects(string ns, QuotaAmounts limits)
    {
        var size = SizeTable.Find(SizeTable.Default)!;
        var largest = SizeTable.All[^1];
        return
        [
            Object(ns, "ResourceQuota", new JsonObject
            {
                ["hard"] = new JsonObject
                {
                    // Twice what stands: a rollout runs old and new instances side by side. The portal itself keeps the sums.
                    ["pods"] = Names.Number(Doubled(limits.Instances)),
                    ["requests.cpu"] = $"{Names.Number(Doubled(limits.CpuMillis))}m",
                    ["requests.memory"] = $"{Names.Number(Doubled(limits.MemoryMebibytes))}Mi",
                },
            }),
            Object(ns, "LimitRange", new JsonObject
            {
                ["limits"] = new JsonArray(new JsonObject
                {
                    ["type"] = "Container",
                    ["default"] = new JsonObject { ["cpu"] = size.CpuLimit, ["memory"] = size.Memory },
                    ["defaultRequest"] = new JsonObject { ["cpu"] = size.CpuRequest, ["memory"] = size.Memory },
                    ["max"] = new JsonObject { ["cpu"] = largest.CpuLimit, ["memory"] = largest.Memory },
                }),
            }),
        ];
    }

    private static int Doubled(int amount) => (int)Math.Min(int.MaxValue, 2L * amount);

    private static KubeObject Object(string ns, string kind, JsonObject spec) => new(kind, Name, new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = ns, ["labels"] = new JsonObject { [Labels.ManagedBy] = Labels.Portal } },
        ["spec"] = spec,
    });

    private async Task WriteAsync(EnvironmentRow environment, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(environment.TeamId), cancellationToken);
        // First the mark, then the limits: a change that comes while these are written marks again.
        await db.Environments.Where(e => e.Id == environment.Id).ExecuteUpdateAsync(set => set.SetProperty(e => e.QuotaPending, false), cancellationToken);
        var limits = QuotaSums.Least(
            await QuotaSums.LimitsAsync(db, environment.TeamId, options, cancellationToken), await QuotaSums.ProjectLimitsAsync(db, environment.ProjectId, cancellationToken));
        foreach (var item in Objects(environment.Namespace, limits)) await cluster.ApplyAsync(environment.Namespace, item, dryRun: false, cancellationToken);
        await db.CommitAsync(cancellationToken);
    }

    [LoggerMessage(2007, LogLevel.Warning, "The quota of {Namespace} could not be written and will be tried again")]
    private static partial void WriteFailed(ILogger logger, Exception e, string @namespace);
}
