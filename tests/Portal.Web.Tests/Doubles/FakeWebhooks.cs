using Portal.Core.Apps;
using Portal.Core.Deliveries;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeWebhooks : IWebhookEndpoints
{
    public List<WebhookEndpointView> All { get; } = [];
    public List<DeliveryView> Deliveries { get; } = [];

    public Task<Result<IReadOnlyList<WebhookEndpointView>>> ListAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) => Task.FromResult(Result<IReadOnlyList<WebhookEndpointView>>.Ok([.. All]));

    public Task<Result<WebhookSecret>> CreateAsync(Actor actor, ScopeRef app, string description, CancellationToken cancellationToken)
    {
        All.Add(new($"ep{All.Count + 1}", description, Place.Now, null));
        return Task.FromResult<Result<WebhookSecret>>(new WebhookSecret(All[^1], new Sensitive("whsec_c2VjcmV0")));
    }

    public Task<Result<WebhookSecret>> RotateAsync(Actor actor, ScopeRef app, string endpointId, CancellationToken cancellationToken) =>
        Task.FromResult<Result<WebhookSecret>>(new WebhookSecret(All.Find(endpoint => endpoint.Id == endpointId)!, new Sensitive("whsec_bmV3")));

    public Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef app, string endpointId, CancellationToken cancellationToken)
    {
        All.RemoveAll(endpoint => endpoint.Id == endpointId);
        return Task.FromResult<Result<Unit>>(Unit.Value);
    }

    public Task<Result<IReadOnlyList<DeliveryView>>> ListDeliveriesAsync(Actor actor, ScopeRef app, string endpointId, int limit, CancellationToken cancellationToken) => Task.FromResult(Result<IReadOnlyList<DeliveryView>>.Ok([.. Deliveries]));
}
