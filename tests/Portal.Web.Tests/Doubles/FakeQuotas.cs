using Portal.Core.Members;
using Portal.Core.Quotas;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeQuotas : IQuotas
{
    public List<QuotaRequest> Requests { get; } = [];

    public Task<Result<QuotaView>> GetAsync(Actor actor, string team, CancellationToken cancellationToken) =>
        Task.FromResult<Result<QuotaView>>(new QuotaView(new(10, 50, 8000, 16384), new(2, 5, 1500, 2048), [new("shop", new(5, 20, 4000, 8192), new(2, 5, 1500, 2048))], [.. Requests]));

    public Task<Result<QuotaRequest>> RequestAsync(Actor actor, string team, QuotaAmounts wanted, string reason, CancellationToken cancellationToken)
    {
        if (reason.Length == 0) return Task.FromResult<Result<QuotaRequest>>(Error.Invalid("reason", "Say why, in at most 500 characters on one line."));
        Requests.Add(new(Guid.NewGuid(), team, wanted, reason, actor.Email, QuotaRequestState.Open, null, Place.Now));
        return Task.FromResult<Result<QuotaRequest>>(Requests[^1]);
    }

    public Task<Result<Unit>> SetProjectAsync(Actor actor, string team, string project, QuotaAmounts? limits, CancellationToken cancellationToken) => Task.FromResult<Result<Unit>>(Unit.Value);

    public Task<Result<IReadOnlyList<QuotaRequest>>> ListRequestsAsync(Actor actor, CancellationToken cancellationToken) => Task.FromResult(Result<IReadOnlyList<QuotaRequest>>.Ok([.. Requests]));

    public Task<Result<QuotaRequest>> DecideAsync(Actor actor, Guid id, bool grant, CancellationToken cancellationToken) => Task.FromResult<Result<QuotaRequest>>(Requests.Single(request => request.Id == id));

    public Task<Result<QuotaAmounts>> SetAsync(Actor actor, string team, QuotaAmounts limits, CancellationToken cancellationToken) => Task.FromResult<Result<QuotaAmounts>>(limits);
}
