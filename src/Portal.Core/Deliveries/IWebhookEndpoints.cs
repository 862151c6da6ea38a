using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Deliveries;

/// <summary>The webhook endpoints of an app. All need <see cref="Right.WebhookManage"/> but the lists, which need <see cref="Right.AppView"/>.</summary>
public interface IWebhookEndpoints
{
    /// <summary>The app's endpoints, oldest first.</summary>
    Task<Result<IReadOnlyList<WebhookEndpointView>>> ListAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken);

    /// <summary>Creates an endpoint; the secret is in the answer and nowhere else.</summary>
    Task<Result<WebhookSecret>> CreateAsync(Actor actor, ScopeRef app, string description, CancellationToken cancellationToken);

    /// <summary>Replaces the secret; the former one is accepted for another 24 hours.</summary>
    Task<Result<WebhookSecret>> RotateAsync(Actor actor, ScopeRef app, string endpointId, CancellationToken cancellationToken);

    /// <summary>Deletes an endpoint; deliveries to it answer 410 from then on.</summary>
    Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef app, string endpointId, CancellationToken cancellationToken);

    /// <summary>The newest deliveries first, at most <paramref name="limit"/> (1 to 200).</summary>
    Task<Result<IReadOnlyList<DeliveryView>>> ListDeliveriesAsync(Actor actor, ScopeRef app, string endpointId, int limit, CancellationToken cancellationToken);
}
