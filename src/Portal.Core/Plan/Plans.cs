using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apply;
using Portal.Core.Apps;
using Portal.Core.Clusters;
using Portal.Core.Compile;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Quotas;
using Portal.Core.Releases;
using Portal.Core.Results;
using Portal.Core.Volumes;

namespace Portal.Core.Plan;

/// <summary>
/// Compares live objects with what applying would make of them: the server's own answer to a dry run where the object exists or can be made, the
/// compiled object where the namespace is not there yet.
/// </summary>
internal sealed class Plans(UnitOfWork work, ICluster cluster, SecretStore secrets, SecretCipher cipher, IDeclarations declarations, QuotaCheck quotas, PlanPlacement placement, PortalCoreOptions options) : IPlans
{
    public Task<Result<PlanView>> PlanAsync(
        Actor actor, ScopeRef environment, AppDeclaration declaration, IReadOnlyDictionary<string, Sensitive>? secrets, CancellationToken cancellationToken) =>
        work.ReadAsync<PlanView>(actor, Right.Plan, environment with { App = null }, async (db, access) =>
        {
            var valid = DeclarationPlace.Check(declaration, environment, declarations);
            if (!valid.IsOk) return valid.Error;
            var input = await InputAsync(db, access, valid.Value, secrets ?? ImmutableDictionary<string, Sensitive>.Empty, cancellationToken);
            if (!input.IsOk) return input.Error;
            try
            {
                var target = await db.Environments.Where(e => e.Id == access.EnvironmentId).Join(db.Clusters, e => e.ClusterId, c => c.Id, (_, c) => c).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
                var plan = await CompareAsync(input.Value, DeclarationJson.Write(valid.Value), cancellationToken) with { Cluster = target is null ? null : ClusterViews.Target(target) };
                return await ShortageAsync(db, access, input.Value, cancellationToken) is { } shortage ? plan with { Problems = [shortage, .. plan.Problems] } : plan;
            }
            catch (ClusterException e)
            {
                return e.IsFinal ? Error.Invalid("", $"The cluster would refuse this: {e.Message}") : Error.Unavailable(e.Message);
            }
        }, cancellationToken);

    private async Task<Result<CompileInput>> InputAsync(
        PortalDbContext db, Access access, AppDeclaration declaration, IReadOnlyDictionary<string, Sensitive> values, CancellationToken cancellationToken)
    {
        var environmentRow = await db.Environments.AsNoTracking().SingleAsync(e => e.Id == access.EnvironmentId, cancellationToken);
        var spec = declaration.In(environmentRow.Name);
        if (await DeclarationPlace.CollidesAsync(db, environmentRow, declaration.Metadata.Name, spec, cancellationToken) is { } collision) return collision;
        if (await ReferenceTargets.CheckAsync(db, environmentRow.Id, environmentRow.Name, declaration.Metadata.Name, spec, cancellationToken) is { } dangling) return dangling;
        if (await VolumeClaims.CheckAsync(db, environmentRow.Id, await WorkloadAsync(db, environmentRow.Id, declaration.Metadata.Name, cancellationToken), spec, cancellationToken) is { } resized) return resized;
        var app = await db.Apps.AsNoTracking().SingleOrDefaultAsync(a => a.EnvironmentId == environmentRow.Id && a.Name == declaration.Metadata.Name, cancellationToken);
        if (app?.DeletingAt is not null) return Error.Conflict("The app is being deleted.");
        var newest = app is null ? null : await ReleaseWriter.NewestAsync(db, app, cancellationToken);
        var stored = app is null
            ? []
            : await db.Secrets.Where(s => s.AppId == app.Id).GroupBy(s => s.Name).Select(g => new { g.Key, Version = g.Max(s => s.Version) }).ToDictionaryAsync(s => s.Key, s => s.Version, cancellationToken);
        if (SecretStore.Faults(spec, stored.ContainsKey, values) is { Count: > 0 } faults) return Error.Invalid(faults);

        var current = newest is null ? ImmutableSortedDictionary<string, int>.Empty : ReleaseJson.Versions(newest.SecretVersions);
        var versions = SecretStore.NamesOf(spec, stored.ContainsKey).ToImmutableSortedDictionary(
            name => name, name => values.ContainsKey(name) ? stored.GetValueOrDefault(name) + 1 : current.TryGetValue(name, out var kept) ? kept : stored[name], StringComparer.Ordinal);
        var kept = versions.Where(v => !values.ContainsKey(v.Key)).ToImmutableSortedDictionary(v => v.Key, v => v.Value, StringComparer.Ordinal);
        var opened = app is null ? ImmutableSortedDictionary<string, Sensitive>.Empty : await secrets.OpenAsync(db, app, kept, cancellationToken);
        var number = (app?.LastRelease ?? 0) + 1;
        var same = newest is not null && ReleaseJson.SameInstances(DeclarationJson.Read(newest.Declaration).In(environmentRow.Name), current, spec, versions);
        var place = await ReleaseObjects.PlaceAsync(db, environmentRow.Id, cancellationToken);
        return await ReleaseObjects.WithSurroundingsAsync(db, environmentRow.Id, declaration.Metadata.Name, place with
        {
            App = await WorkloadAsync(db, environmentRow.Id, declaration.Metadata.Name, cancellationToken),
            Spec = spec,
            Release = number,
            InstanceRelease = same ? newest!.InstanceRelease : number,
            Host = app?.Host ?? Names.Hosts(declaration.Metadata.Name, environmentRow.Name, place.Project, Guid.Empty, options.BaseDomain).Plain,
            SecretVersions = versions,
            SecretValues = opened.SetItems(values.Where(v => spec.Secrets.Contains(v.Key))),
        }, cancellationToken);
    }

    private static async Task<string> WorkloadAsync(PortalDbContext db, Guid environment, string app, CancellationToken cancellationToken) =>
        (await Workloads.OfAsync(db, environment, [app], cancellationToken)).GetValueOrDefault(app) ?? await Workloads.ForNewAsync(db, environment, app, cancellationToken);

    // The team's own limits, counted as the release itself would be; nothing of it is kept.
    private async Task<PlanProblem?> ShortageAsync(PortalDbContext db, Access access, CompileInput input, CancellationToken cancellationToken)
    {
        var app = await db.Apps.AsNoTracking().SingleOrDefaultAsync(a => a.EnvironmentId == access.EnvironmentId && a.Workload == input.App, cancellationToken)
            ?? new AppRow { Id = Guid.CreateVersion7(), TeamId = access.Tenant.TeamId!.Value, EnvironmentId = access.EnvironmentId!.Value, Name = input.App, Workload = input.App, Host = input.Host, CreatedAt = default };
        return await quotas.TakeAsync(db, app, input.Spec, cancellationToken) is { } over ? new("quota", over.Message) : null;
    }

    private async Task<PlanView> CompareAsync(CompileInput input, string wish, CancellationToken cancellationToken)
    {
        var live = (await cluster.ListAsync(input.Namespace, input.App, cancellationToken)).ToDictionary(item => (item.Kind, item.Name));
        var desired = Compiler.Compile(Applier.WithScale(input, live.Values)).Where(item => item.Kind != "Namespace").ToList();
        var changes = new List<ObjectChange>();
        var problems = new List<PlanProblem>();
        foreach (var item in desired)
        {
            var present = live.GetValueOrDefault((item.Kind, item.Name));
            var future = await TryAsync(input, item, present, problems, cancellationToken);
            var fields = FieldDiff.Of(Shown(present?.Body), Shown(future));
            changes.Add(new(item.Kind, item.Name, present is null ? ChangeKind.Create : fields.Count > 0 ? ChangeKind.Update : ChangeKind.None, fields));
        }

        var kept = desired.Select(item => (item.Kind, item.Name)).ToHashSet();
        changes.AddRange(live.Where(item => !kept.Contains(item.Key) && Applier.IsPruned(item.Value))
            .Select(item => new ObjectChange(item.Key.Kind, item.Key.Name, ChangeKind.Delete, FieldDiff.Of(Shown(item.Value.Body), null))));
        var ordered = changes.OrderBy(change => change.Change == ChangeKind.None).ToList();
        var replaces = changes.Any(change => change.Kind == "Deployment" && change.Fields.Any(field => field.Path.StartsWith("spec.template", StringComparison.Ordinal)));
        return new(Id(input, wish, live.Values), input.Release, ordered, replaces)
        {
            Problems = [.. problems],
            Placement = await placement.AskAsync(input, desired, live.Keys.Where(key => key.Kind == "PersistentVolumeClaim").Select(key => key.Name).ToHashSet(StringComparer.Ordinal), cancellationToken),
        };
    }

    // Nothing can be tried in a namespace that comes with the release; a refusal by a quota or a rule is part of the answer.
    private async Task<JsonObject> TryAsync(CompileInput input, KubeObject item, KubeObject? present, List<PlanProblem> problems, CancellationToken cancellationToken)
    {
        try
        {
            var future = await cluster.ApplyAsync(input.Namespace, item, dryRun: true, cancellationToken);
            return present is null ? item.Body : future;
        }
        catch (ClusterException e) when (e.Status == 404 && present is null)
        {
            return item.Body;
        }
        catch (ClusterException e) when (e.Status == 403)
        {
            problems.Add(new($"{item.Kind} {item.Name}", e.Message));
            return item.Body;
        }
    }

    /// <summary>Covers the wish, its secrets, the release before it and the present specs: status changes alone do not make a plan stale.</summary>
    private string Id(CompileInput input, string wish, IEnumerable<KubeObject> live)
    {
        var text = new StringBuilder(wish).Append('\n').Append(input.Release).Append('\n');
        foreach (var (name, value) in input.SecretValues) text.Append(name).Append('=').Append(cipher.Fingerprint(value.Reveal())).Append('\n');
        foreach (var item in live.OrderBy(item => item.Kind, StringComparer.Ordinal).ThenBy(item => item.Name, StringComparer.Ordinal))
            text.Append(item.Kind).Append('/').Append(item.Name).Append('=').Append(Shown(item.Body)!.ToJsonString()).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..32];
    }

    /// <summary>An object as a plan shows it: without status and the server's bookkeeping, secrets as hashes.</summary>
    private JsonObject? Shown(JsonObject? body)
    {
        if (body is null) return null;
        var shown = body.DeepClone().AsObject();
        shown.Remove("status");
        shown.Remove("apiVersion");
        shown.Remove("kind");
        if (shown["metadata"] is JsonObject metadata)
        {
            foreach (var key in (string[])["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink", "name", "namespace"]) metadata.Remove(key);
            if (metadata["annotations"] is JsonObject annotations)
            {
                // The deployment controller writes its revision there.
                annotations.Remove("deployment.kubernetes.io/revision");
                if (annotations.Count == 0) metadata.Remove("annotations");
            }
        }

        if (body["kind"]?.GetValue<string>() == "Secret" && shown["data"] is JsonObject data)
        {
            foreach (var (key, value) in data.ToList()) data[key] = $"sha256:{cipher.Fingerprint(Encoding.UTF8.GetString(Convert.FromBase64String(value!.GetValue<string>())))}";
        }

        return shown;
    }
}
