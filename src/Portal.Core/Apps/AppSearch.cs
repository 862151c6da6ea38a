using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>Searches the apps of the actor's own teams in one query.</summary>
internal sealed class AppSearch(ITenantDbContextFactory contexts) : IAppSearch
{
    private const int MostWords = 5;

    public Task<Result<IReadOnlyList<AppHit>>> FindAsync(Actor actor, string text, int limit, CancellationToken cancellationToken) =>
        UnitOfWork.GuardAsync<IReadOnlyList<AppHit>>(async () =>
        {
            ArgumentNullException.ThrowIfNull(actor);
            if (limit is < 1 or > 50) return Error.Invalid("limit", "Must be from 1 to 50.");
            if (actor.Scope?.Rights is { } rights && !rights.Contains(Right.AppView)) return Error.Forbidden($"The token does not carry the right {Right.AppView}.");
            var words = (text ?? "").Split([' ', '/'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(MostWords).ToArray();
            if (words.Length == 0) return Result<IReadOnlyList<AppHit>>.Ok([]);

            // Memberships lie across tenants: the platform scope, narrowed to the actor's own.
            await using var db = await contexts.CreateAsync(TenantContext.Platform, cancellationToken);
            var only = actor.Scope?.Team;
            var found = from member in db.Members.AsNoTracking()
                        where member.UserId == actor.UserId
                        join team in db.Teams on member.TeamId equals team.Id
                        where only == null || team.Name == only
                        join app in db.Apps on team.Id equals app.TeamId
                        join environment in db.Environments on app.EnvironmentId equals environment.Id
                        join project in db.Projects on environment.ProjectId equals project.Id
                        select new { Team = team.Name, Project = project.Name, Environment = environment.Name, App = app.Name };
            foreach (var word in words)
            {
                var pattern = $"%{Escape(word)}%";
                found = found.Where(hit => EF.Functions.ILike(hit.Team + "/" + hit.Project + "/" + hit.Environment + "/" + hit.App, pattern, "\\"));
            }

            var (begins, holds) = ($"{Escape(words[^1])}%", $"%{Escape(words[^1])}%");
            return await found
                .OrderByDescending(hit => EF.Functions.ILike(hit.App, begins, "\\")).ThenByDescending(hit => EF.Functions.ILike(hit.App, holds, "\\"))
                .ThenBy(hit => hit.App).ThenBy(hit => hit.Team).ThenBy(hit => hit.Project).ThenBy(hit => hit.Environment)
                .Take(limit)
                .Select(hit => new AppHit(hit.Team, hit.Project, hit.Environment, hit.App))
                .ToListAsync(cancellationToken);
        });

    private static string Escape(string word) => word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
