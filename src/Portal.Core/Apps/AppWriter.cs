using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Domains;
using Portal.Core.Members;
using Portal.Core.Plan;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>Makes an app of an environment be what a declaration says, new or not, inside the caller's transaction.</summary>
internal sealed class AppWriter(IAuthorizer authorizer, ReleaseWriter releases, SecretStore secrets, DomainClaims domains, PortalCoreOptions options, TimeProvider clock)
{
    /// <summary>How a declaration came about.</summary>
    /// <param name="Reason">What changed, in words; null says whether it is new.</param>
    /// <param name="Trigger">What brought it about.</param>
    /// <param name="PromotedFrom">For a promotion, where it comes from.</param>
    /// <param name="Plan">The plan it carries out.</param>
    /// <param name="AsksRights">Whether what the declaration changes needs rights of its own, besides the one that let the caller in.</param>
    public sealed record Cause(string? Reason, ReleaseTrigger Trigger, string? PromotedFrom = null, PlanView? Plan = null, bool AsksRights = true);

    public async Task<Result<ReleaseView>> WriteAsync(
        PortalDbContext db, Access access, AppDeclaration declaration, IReadOnlyDictionary<string, Sensitive>? values, Cause cause, CancellationToken cancellationToken)
    {
        // Creations in one environment happen one after the other, so that names of objects can be compared.
        var environment = await db.Environments.FromSql($"SELECT * FROM portal.environments WHERE id = {access.EnvironmentId} FOR UPDATE").SingleAsync(cancellationToken);
        if (environment.DeletingAt is not null) return Error.Conflict("The environment is being deleted.");
        var spec = declaration.In(environment.Name);
        var known = await db.Apps.Where(a => a.EnvironmentId == environment.Id && a.Name == declaration.Metadata.Name).Select(a => (Guid?)a.Id).SingleOrDefaultAsync(cancellationToken);
        var app = known is { } id ? await ReleaseWriter.LockAppAsync(db, id, cancellationToken) : null;
        var newest = app is null ? null : await ReleaseWriter.NewestAsync(db, app, cancellationToken);

        if (cause.AsksRights && await LacksAsync(access, environment.Name, declaration, newest, values, cancellationToken) is { } lacking) return lacking;
        if (await DeclarationPlace.CollidesAsync(db, environment, declaration.Metadata.Name, spec, cancellationToken) is { } collision) return collision;

        app ??= await CreateAsync(db, access, environment, declaration.Metadata.Name, cancellationToken);
        var current = newest is null ? ImmutableSortedDictionary<string, int>.Empty : ReleaseJson.Versions(newest.SecretVersions);
        var versions = await secrets.SetAsync(db, app, spec, current, values, access.Actor.Email, cancellationToken);
        if (!versions.IsOk) return versions.Error;
        var reason = cause.Reason ?? (newest is null ? "created" : "declaration changed");
        return await releases.WriteAsync(
            db, app, environment.Name,
            new(declaration, versions.Value, reason, access.Actor.Email) { Trigger = cause.Trigger, PromotedFrom = cause.PromotedFrom, Plan = cause.Plan }, cancellationToken);
    }

    private async Task<AppRow> CreateAsync(PortalDbContext db, Access access, EnvironmentRow environment, string name, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        var (plain, distinct) = Names.Hosts(name, environment.Name, access.Scope.Project!, id, options.BaseDomain);
        var app = new AppRow { Id = id, TeamId = environment.TeamId, EnvironmentId = environment.Id, Name = name, Workload = await Workloads.ForNewAsync(db, environment.Id, name, cancellationToken), Host = plain, CreatedAt = clock.GetUtcNow() };
        db.Apps.Add(app);
        await db.SaveChangesAsync(cancellationToken);
        app.Host = await domains.ClaimDefaultAsync(db, environment.TeamId, id, plain, distinct, cancellationToken);
        return app;
    }

    private async Task<Error?> LacksAsync(
        Access access, string environment, AppDeclaration declaration, ReleaseRow? newest, IReadOnlyDictionary<string, Sensitive>? values, CancellationToken cancellationToken)
    {
        var former = newest is null ? null : DeclarationJson.Read(newest.Declaration);
        var needed = new List<Right>();
        if (former is null || DeclarationJson.Write(former.WithImage(environment, "same")) != DeclarationJson.Write(declaration.WithImage(environment, "same"))) needed.Add(Right.ConfigWrite);
        if (!(former?.In(environment).Domains ?? []).SequenceEqual(declaration.In(environment).Domains)) needed.Add(Right.DomainManage);
        if (values is { Count: > 0 }) needed.Add(Right.SecretWrite);
        foreach (var right in needed)
        {
            // Asked of the authorizer rather than of the access at hand, so that a denial is audited like any other.
            if (!access.Can(right)) return (await authorizer.AuthorizeAsync(access.Actor, right, access.Scope, cancellationToken)).Error;
        }

        return null;
    }
}
