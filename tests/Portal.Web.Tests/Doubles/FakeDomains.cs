using Portal.Core.Apps;
using Portal.Core.Domains;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeDomains : IDomains
{
    public List<DomainView> All { get; } = [new("hello-production-shop.apps.localhost", true, Place.Now.AddDays(-12)), new("hello.example.com", false, Place.Now.AddDays(-2))];
    public Error? Refusal { get; set; }

    public Task<Result<IReadOnlyList<DomainView>>> ListAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) => Task.FromResult(Result<IReadOnlyList<DomainView>>.Ok([.. All]));

    public Task<Result<ReleaseView>> AddAsync(Actor actor, ScopeRef app, string host, CancellationToken cancellationToken)
    {
        if (Refusal is not null) return Task.FromResult<Result<ReleaseView>>(Refusal);
        All.Add(new(host, false, Place.Now));
        return Task.FromResult<Result<ReleaseView>>(Samples.Release(4, reason: $"{host} added"));
    }

    public Task<Result<ReleaseView>> SetCertificateAsync(Actor actor, ScopeRef app, string host, string chain, Sensitive key, CancellationToken cancellationToken) =>
        Task.FromResult<Result<ReleaseView>>(Refusal is not null ? Refusal : Samples.Release(4, reason: $"certificate of {host} set"));

    public Task<Result<ReleaseView>> RemoveAsync(Actor actor, ScopeRef app, string host, CancellationToken cancellationToken)
    {
        if (Refusal is not null) return Task.FromResult<Result<ReleaseView>>(Refusal);
        All.RemoveAll(domain => domain.Host == host);
        return Task.FromResult<Result<ReleaseView>>(Samples.Release(4, reason: $"{host} removed"));
    }
}
