namespace Portal.Core.Deliveries;

/// <summary>One delivery to a webhook endpoint. Repeats of the same <c>webhook-id</c> are one delivery.</summary>
/// <param name="Id">Our id, as answered to the sender.</param>
/// <param name="WebhookId">The sender's <c>webhook-id</c>.</param>
/// <param name="State">What became of it.</param>
/// <param name="Reason">Why, as one sentence; empty while pending.</param>
/// <param name="Type">The event type of the body, for example <c>image.pushed</c>.</param>
/// <param name="Release">The release it made, or null.</param>
/// <param name="Repeats">How often it was delivered again.</param>
/// <param name="ReceivedAt">When it first arrived.</param>
public sealed record DeliveryView(
    Guid Id, string WebhookId, DeliveryState State, string Reason, string Type, int? Release, int Repeats, DateTimeOffset ReceivedAt);
