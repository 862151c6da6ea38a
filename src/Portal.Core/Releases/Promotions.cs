using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Releases;

/// <summary>Carries releases from one environment of a project to another.</summary>
internal sealed class Promotions(UnitOfWork work, AppWriter apps, WorkSignal signal) : IPromotions
{
    public async Task<Result<ReleaseView>> PromoteAsync(Actor actor, ScopeRef environment, string app, string from, int? number, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var result = await work.WriteAsync<ReleaseView>(actor, Right.Deploy, environment, "app.promote", async (db, access) =>
        {
            if (from == environment.Environment) return Error.Invalid("from", "A release is carried from another environment of the project.");
            var source = await (
                from row in db.Apps.AsNoTracking()
                join place in db.Environments.AsNoTracking() on row.EnvironmentId equals place.Id
                where place.ProjectId == access.ProjectId && place.Name == @from && row.Name == app
                select row).SingleOrDefaultAsync(cancellationToken);
            if (source is null) return Error.Invalid("from", $"The environment {from} has no app {app}.");
            var (release, rollout) = await LiveAsync(db, source, number, cancellationToken);
            if (release is null) return number is null ? Error.Conflict($"{app} has no live release in {from}.") : Error.NotFound("release");
            if (rollout!.State != RolloutState.Live) return Error.Conflict($"Release {release.Number} of {from} is {rollout.State}; only one that went live is carried on.");

            var target = await db.Apps.AsNoTracking().SingleOrDefaultAsync(a => a.EnvironmentId == access.EnvironmentId && a.Name == app, cancellationToken);
            var present = target is null ? null : await ReleaseWriter.NewestAsync(db, target, cancellationToken);
            var declaration = Merge(
                DeclarationJson.Read(release.Declaration), from, environment.Environment!, present is null ? null : DeclarationJson.Read(present.Declaration), ImageDigests.Pinned(release.Image, rollout.Digest));
            return await apps.WriteAsync(
                db, access, declaration, null,
                new($"promoted release {release.Number} of {from}", ReleaseTrigger.Promotion, $"{from}/{Names.Number(release.Number)}", AsksRights: false), cancellationToken);
        }, cancellationToken, $"{app} from {from}");
        if (result.IsOk) signal.Raise();
        return result;
    }

    /// <summary>What the source declares, with the very image that ran there, and with what differs in the target as the target has it.</summary>
    public static AppDeclaration Merge(AppDeclaration source, string from, string to, AppDeclaration? present, string image)
    {
        var own = present?.Environments.GetValueOrDefault(to) ?? source.Environments.GetValueOrDefault(to);
        var environments = own is null ? source.Environments.Remove(to) : source.Environments.SetItem(to, own);
        // The base gets the image, so that the target's own override of it (which would be an older one) has to go.
        if (own?.Image is not null) environments = environments.SetItem(to, own with { Image = null });
        if (environments.GetValueOrDefault(from)?.Image is not null) environments = environments.SetItem(from, environments[from] with { Image = null });
        return source with { Spec = source.Spec with { Image = image }, Environments = environments };
    }

    private static async Task<(ReleaseRow? Release, RolloutRow? Rollout)> LiveAsync(PortalDbContext db, AppRow app, int? number, CancellationToken cancellationToken)
    {
        var found = await (
            from release in db.Releases.AsNoTracking()
            join rollout in db.Rollouts.AsNoTracking() on release.Id equals rollout.ReleaseId
            where release.AppId == app.Id && (number == null ? rollout.State == RolloutState.Live : release.Number == number)
            orderby release.Number descending
            select new { release, rollout }).FirstOrDefaultAsync(cancellationToken);
        return (found?.release, found?.rollout);
    }
}
