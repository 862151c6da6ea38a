using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Apps.Documents;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Domains;

/// <summary>The host names of an app, changed through its declaration.</summary>
internal sealed class DomainCommands(UnitOfWork work, AppChange changes, SecretCipher cipher, TimeProvider clock) : IDomains
{
    public Task<Result<IReadOnlyList<DomainView>>> ListAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<DomainView>>(actor, Right.AppView, app, async (db, access) =>
        {
            var rows = await db.Domains.AsNoTracking().Where(d => d.AppId == access.AppId).OrderByDescending(d => d.IsDefault).ThenBy(d => d.Host).ToListAsync(cancellationToken);
            var certificates = (await db.Secrets.AsNoTracking().Where(s => s.AppId == access.AppId && s.Name.StartsWith("tls/")).ToListAsync(cancellationToken))
                .GroupBy(s => s.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.MaxBy(s => s.Version)!, StringComparer.Ordinal);
            return rows.ConvertAll(row => View(row, certificates.GetValueOrDefault(SecretNames.Certificate(row.Host))));
        }, cancellationToken);

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

    public Task<Result<ReleaseView>> SetCertificateAsync(Actor actor, ScopeRef app, string host, string chain, Sensitive key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        host = Normal(host);
        return changes.MakeAsync(actor, Right.DomainManage, app, "domain.certificate", host, (_, environment, declaration) =>
        {
            if (!declaration.In(environment).Domains.Contains(host)) return Error.NotFound("domain");
            return CertificateText.Check(chain ?? "", key.Reveal(), host, clock.GetUtcNow()).Fault is { } fault
                ? Error.Invalid("certificate", fault)
                : new ChangedDeclaration(declaration, $"certificate of {host} set");
        }, cancellationToken, newSecrets: new Dictionary<string, Sensitive> { [SecretNames.Certificate(host)] = new(CertificateText.Join(chain ?? "", key.Reveal())) });
    }

    private DomainView View(DomainRow row, SecretRow? certificate)
    {
        if (certificate is null)
        {
            return new(row.Host, row.IsDefault, row.CreatedAt, null, row.IsDefault
                ? "Answered with the ingress' own certificate, which browsers do not know."
                : "There is no certificate, so browsers warn: upload one. Issuing one automatically is not possible yet.");
        }

        var (chain, key) = CertificateText.Split(cipher.Open(certificate.Sealed, certificate.TeamId, certificate.AppId, certificate.Name, certificate.Version));
        var (fault, until) = CertificateText.Check(chain, key, row.Host, clock.GetUtcNow());
        return new(row.Host, row.IsDefault, row.CreatedAt, until, fault ?? $"Answered with the uploaded certificate, valid until {until:yyyy-MM-dd}.");
    }

    private static string Normal(string host) => (host ?? "").Trim().TrimEnd('.').ToLowerInvariant();
}
