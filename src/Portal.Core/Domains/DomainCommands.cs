using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Apps.Documents;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Domains;

/// <summary>The host names of an app, changed through its declaration.</summary>
internal sealed class DomainCommands(UnitOfWork work, AppChange changes) : IDomains
{
    public Task<Result<IReadOnlyList<DomainView>>> ListAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<DomainView>>(actor, Right.AppView, app, async (db, access) =>
            await db.Domains.AsNoTracking().Where(d => d.AppId == access.AppId).OrderByDescending(d => d.IsDefault).ThenBy(d => d.Host)
                .Select(d => new DomainView(d.Host, d.IsDefault, d.CreatedAt)).ToListAsync(cancellationToken), cancellationToken);

    public Task<Result<ReleaseView>> AddAsync(Actor actor, ScopeRef app, string host, CancellationToken cancellationToken)
    {
        host = Normal(host);
        return changes.MakeAsync(actor, Right.DomainManage, app, "domain.add", host, (_, environment, declaration) =>
        {
            if (DeclarationRules.Host.Fault(host) is { } fault) return Error.Invalid("host", fault);
            var spec = declaration.In(environment);
            return spec.Domains.Contains(host)
                ? Error.Conflict($"The app has the domain {host} already.")
                : new ChangedDeclaration(declaration.WithDomains(environment, spec.Domains.Add(host)), $"domain {host} added");
        }, cancellationToken);
    }

    public Task<Result<ReleaseView>> RemoveAsync(Actor actor, ScopeRef app, string host, CancellationToken cancellationToken)
    {
        host = Normal(host);
        return changes.MakeAsync(actor, Right.DomainManage, app, "domain.remove", host, (row, environment, declaration) =>
        {
            if (host == row.Host) return Error.Conflict("The default domain stays as long as the app.");
            var spec = declaration.In(environment);
            return spec.Domains.Contains(host)
                ? new ChangedDeclaration(declaration.WithDomains(environment, spec.Domains.Remove(host)), $"domain {host} removed")
                : Error.NotFound("domain");
        }, cancellationToken);
    }

    private static string Normal(string host) => (host ?? "").Trim().TrimEnd('.').ToLowerInvariant();
}
