using Portal.Core.Audit;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeAudit : IAudit
{
    public List<AuditView> All { get; } = [];
    public List<AuditFilter> Asked { get; } = [];
    public AuditVerdict Verdict { get; set; } = new(true, 3, 1, "ab12", "");
    public Error? Refusal { get; set; }

    public string PublicKey => "";

    public Task<Result<IReadOnlyList<AuditView>>> ListAsync(Actor actor, string team, AuditFilter filter, CancellationToken cancellationToken)
    {
        Asked.Add(filter);
        if (Refusal is not null) return Task.FromResult<Result<IReadOnlyList<AuditView>>>(Refusal);
        return Task.FromResult(Result<IReadOnlyList<AuditView>>.Ok([.. All.Where(act => (filter.Before is null || act.Id < filter.Before) && (filter.Action is null || act.Action == filter.Action)).Take(filter.Limit)]));
    }

    public Task<Result<IAsyncEnumerable<string>>> ExportAsync(Actor actor, string team, CancellationToken cancellationToken) =>
        Task.FromResult(Result<IAsyncEnumerable<string>>.Ok(AsyncEnumerable.Empty<string>()));

    public Task<Result<AuditVerdict>> VerifyAsync(Actor actor, string team, CancellationToken cancellationToken) => Task.FromResult<Result<AuditVerdict>>(Verdict);
}
