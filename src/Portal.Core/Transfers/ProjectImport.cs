using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Plan;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Results;

namespace Portal.Core.Transfers;

/// <summary>Makes a project be what a file says, inside the caller's transaction, which decides whether any of it stays.</summary>
internal sealed class ProjectImport(AppWriter writer, MemberWriter members, AuditTrail audit, TimeProvider clock)
{
    public async Task<Result<IReadOnlyList<ImportChange>>> MakeAsync(
        PortalDbContext db, Access access, ProjectFile file, string name, IReadOnlyDictionary<string, Sensitive> values, CancellationToken cancellationToken)
    {
        if (Lacking(access, file, values) is { } lacking) return lacking;
        var changes = new List<ImportChange>();
        var project = await ProjectAsync(db, access, name, changes, cancellationToken);
        if (!project.IsOk) return project.Error;
        var environments = await EnvironmentsAsync(db, access, project.Value, file, changes, cancellationToken);
        if (!environments.IsOk) return environments.Error;
        await QuotaAsync(db, access, project.Value, file.Quota, changes, cancellationToken);
        if (await MembersAsync(db, access, file, changes, cancellationToken) is { } stranger) return stranger;
        await db.SaveChangesAsync(cancellationToken);
        return await AppsAsync(db, access, name, file, environments.Value, values, changes, cancellationToken) is { } fault ? fault : changes;
    }

    // A role that manages projects has these; a token may have been narrowed to less.
    private static Error? Lacking(Access access, ProjectFile file, IReadOnlyDictionary<string, Sensitive> values)
    {
        List<Right> needed = [];
        if (file.Apps.Length > 0) needed.AddRange([Right.Deploy, Right.ConfigWrite]);
        if (file.Apps.Any(app => app.Declaration.In(app.Environment).Domains.Length > 0)) needed.Add(Right.DomainManage);
        if (values.Count > 0) needed.Add(Right.SecretWrite);
        if (file.Quota is not null) needed.Add(Right.QuotaRequest);
        if (file.Members.Length > 0) needed.Add(Right.MembersManage);
        return needed.Where(right => !access.Can(right)).Select(right => Error.Forbidden($"Importing this file takes the right {right}, which you do not have here.")).FirstOrDefault();
    }

    private async Task<Result<ProjectRow>> ProjectAsync(PortalDbContext db, Access access, string name, List<ImportChange> changes, CancellationToken cancellationToken)
    {
        var team = access.Tenant.TeamId!.Value;
        var row = await db.Projects.FromSql($"SELECT * FROM portal.projects WHERE team_id = {team} AND name = {name} FOR UPDATE").SingleOrDefaultAsync(cancellationToken);
        if (row?.DeletingAt is not null) return Error.Conflict($"The project {name} is being deleted.");
        changes.Add(new("Project", name, row is null ? ChangeKind.Create : ChangeKind.None, []));
        if (row is not null) return row;
        row = new() { Id = Guid.CreateVersion7(), TeamId = team, Name = name, CreatedAt = clock.GetUtcNow() };
        db.Projects.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        return row;
    }

    private async Task<Result<Dictionary<string, EnvironmentRow>>> EnvironmentsAsync(PortalDbContext db, Access access, ProjectRow project, ProjectFile file, List<ImportChange> changes, CancellationToken cancellationToken)
    {
        var rows = await db.Environments.Where(e => e.ProjectId == project.Id).ToDictionaryAsync(e => e.Name, StringComparer.Ordinal, cancellationToken);
        foreach (var (name, place) in file.Environments)
        {
            if (!rows.TryGetValue(name, out var row))
            {
                row = EnvironmentCommands.New(access.Tenant.TeamId!.Value, project.Id, project.Name, name, place.Protected, clock.GetUtcNow());
                row.Approvals = place.Approvals;
                rows[name] = row;
                db.Environments.Add(row);
                changes.Add(new("Environment", name, ChangeKind.Create, Differing((place.Protected, place.Approvals), null)));
                continue;
            }

            if (row.DeletingAt is not null) return Error.Conflict($"The environment {name} is being deleted.");
            var fields = Differing((place.Protected, place.Approvals), (row.Protected, row.Approvals));
            changes.Add(new("Environment", name, fields.Count > 0 ? ChangeKind.Update : ChangeKind.None, fields));
            (row.Protected, row.Approvals) = (place.Protected, place.Approvals);
        }

        return rows;
    }

    private static List<FieldChange> Differing((bool Protected, bool Approvals) to, (bool Protected, bool Approvals)? from)
    {
        List<FieldChange> fields = [];
        if (from?.Protected != to.Protected) fields.Add(new("protected", Text(from?.Protected), Text(to.Protected)));
        if (from?.Approvals != to.Approvals) fields.Add(new("approvals", Text(from?.Approvals), Text(to.Approvals)));
        return fields;

        static string? Text(bool? value) => value switch { true => "true", false => "false", null => null };
    }

    private static async Task QuotaAsync(PortalDbContext db, Access access, ProjectRow project, QuotaAmounts? limits, List<ImportChange> changes, CancellationToken cancellationToken)
    {
        if (limits is null) return;
        var row = await db.ProjectQuotas.SingleOrDefaultAsync(q => q.ProjectId == project.Id, cancellationToken);
        var former = row is null ? null : new QuotaAmounts(row.Apps, row.Instances, row.CpuMillis, row.MemoryMebibytes);
        changes.Add(new("Quota", project.Name, former is null ? ChangeKind.Create : former == limits ? ChangeKind.None : ChangeKind.Update, former == limits ? [] : [new("limits", former?.ToString(), limits.ToString())]));
        if (row is null)
        {
            db.ProjectQuotas.Add(new()
            {
                ProjectId = project.Id,
                TeamId = access.Tenant.TeamId!.Value,
                Apps = limits.Apps,
                Instances = limits.Instances,
                CpuMillis = limits.CpuMillis,
                MemoryMebibytes = limits.MemoryMebibytes,
            });
            return;
        }

        (row.Apps, row.Instances, row.CpuMillis, row.MemoryMebibytes) = (limits.Apps, limits.Instances, limits.CpuMillis, limits.MemoryMebibytes);
    }

    private async Task<Error?> MembersAsync(PortalDbContext db, Access access, ProjectFile file, List<ImportChange> changes, CancellationToken cancellationToken)
    {
        if (file.Members.Length == 0) return null;
        var known = (await db.Members.AsNoTracking().Select(m => m.Email).ToListAsync(cancellationToken)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var faults = new List<FieldError>();
        for (var index = 0; index < file.Members.Length; index++)
        {
            var person = file.Members[index];
            // Whoever is a member keeps the role they have here.
            var isNew = known.Add(person.Email);
            changes.Add(new("Member", person.Email, isNew ? ChangeKind.Create : ChangeKind.None, isNew ? [new("role", null, person.Role.ToString())] : []));
            if (!isNew) continue;
            var added = await members.AddAsync(db, access, person.Email, person.Role, cancellationToken);
            if (added.IsOk) audit.Add(db, access.Tenant.TeamId, access.Actor, "member.add", access.Scope.ToString(), AuditOutcome.Done, $"{person.Email} as {person.Role}");
            else if (added.Error.Kind == ErrorKind.Invalid) faults.Add(new($"members[{index}].email", added.Error.Message));
            else return added.Error;
        }

        return faults.Count > 0 ? Error.Invalid(faults) : null;
    }

    private async Task<Error?> AppsAsync(
        PortalDbContext db, Access access, string project, ProjectFile file, Dictionary<string, EnvironmentRow> environments, IReadOnlyDictionary<string, Sensitive> values,
        List<ImportChange> changes, CancellationToken cancellationToken)
    {
        var ids = environments.Values.Select(e => e.Id).ToList();
        var present = (await (
            from app in db.Apps.AsNoTracking()
            join release in db.Releases.AsNoTracking() on new { app.Id, Number = app.LastRelease } equals new { Id = release.AppId, release.Number }
            where ids.Contains(app.EnvironmentId)
            select new { app.Id, app.EnvironmentId, app.Name, release.Declaration }).ToListAsync(cancellationToken)).ToDictionary(app => (app.EnvironmentId, app.Name));
        var stored = (await db.Secrets.AsNoTracking().Select(s => new { s.AppId, s.Name }).Distinct().ToListAsync(cancellationToken)).Select(s => (s.AppId, s.Name)).ToHashSet();
        var faults = new List<FieldError>();
        var expected = new HashSet<string>(StringComparer.Ordinal);
        foreach (var app in file.Apps)
        {
            var known = present.GetValueOrDefault((environments[app.Environment].Id, app.Declaration.Metadata.Name));
            foreach (var secret in app.Declaration.In(app.Environment).Secrets)
            {
                expected.Add($"{app.Name}/{secret}");
                if (!values.ContainsKey($"{app.Name}/{secret}") && (known is null || !stored.Contains((known.Id, secret)))) faults.Add(new($"secrets.{app.Name}/{secret}", "It has no value here yet, and the file holds none: give one."));
            }
        }

        faults.AddRange(values.Keys.Where(key => !expected.Contains(key)).Select(key => new FieldError($"secrets.{key}", "The file has no such secret.")));
        if (faults.Count > 0) return Error.Invalid(faults);

        foreach (var (app, index) in Ordered(file.Apps))
        {
            if (index < 0) return Error.Invalid($"apps[{~index}].declaration.spec.env", $"{app.Name} and apps it refers to refer to each other in a circle; leave one reference out and add it afterwards.");
            var environment = environments[app.Environment];
            var place = access with { Scope = access.Scope with { Project = project, Environment = app.Environment }, ProjectId = environment.ProjectId, EnvironmentId = environment.Id, Protected = environment.Protected };
            var declaration = app.Declaration with { Metadata = app.Declaration.Metadata with { Team = access.Scope.Team, Project = project } };
            var former = present.GetValueOrDefault((environment.Id, declaration.Metadata.Name));
            var fields = FieldDiff.Of(former is null ? null : DeclarationJson.ToTree(DeclarationJson.Read(former.Declaration)), DeclarationJson.ToTree(declaration));
            var own = values.Where(value => value.Key.StartsWith(app.Name + "/", StringComparison.Ordinal)).ToImmutableDictionary(value => value.Key[(app.Name.Length + 1)..], value => value.Value);
            fields.AddRange(own.Keys.Order(StringComparer.Ordinal).Select(secret => new FieldChange($"secrets.{secret}", null, "[given]")));
            changes.Add(new("App", app.Name, former is null ? ChangeKind.Create : fields.Count > 0 ? ChangeKind.Update : ChangeKind.None, fields));
            if (fields.Count == 0) continue;
            var written = await writer.WriteAsync(db, place, declaration, own, new("imported", access.Actor.Via), cancellationToken);
            if (!written.IsOk) return Placed(written.Error, app, index);
            audit.Add(db, access.Tenant.TeamId, access.Actor, "app.declare", place.Scope.ToString(), AuditOutcome.Done, declaration.Metadata.Name);
        }

        return null;
    }

    private static Error Placed(Error error, ProjectFile.Declared app, int index) => error.Kind == ErrorKind.Invalid
        ? Error.Invalid(error.Fields.Select(field => field with { Path = $"apps[{index}].declaration.{field.Path}" }))
        : error with { Message = $"{app.Name}: {error.Message}" };

    // An app comes after those it refers to. The first of a circle is given with the complement of its index.
    private static IEnumerable<(ProjectFile.Declared App, int Index)> Ordered(ImmutableArray<ProjectFile.Declared> apps)
    {
        var rest = apps.Select((app, index) => (App: app, Index: index, Needs: AppReferences.In(app.Declaration.In(app.Environment)).Select(r => $"{app.Environment}/{r.Reference.App}").Where(name => name != app.Name).ToHashSet(StringComparer.Ordinal))).ToList();
        while (rest.Count > 0)
        {
            var next = rest.FindIndex(app => !rest.Exists(other => app.Needs.Contains(other.App.Name)));
            if (next < 0)
            {
                yield return (rest[0].App, ~rest[0].Index);
                yield break;
            }

            yield return (rest[next].App, rest[next].Index);
            rest.RemoveAt(next);
        }
    }
}
