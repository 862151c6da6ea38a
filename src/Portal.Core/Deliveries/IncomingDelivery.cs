namespace Portal.Core.Deliveries;

/// <summary>A delivery as it came over HTTP, before anything is believed.</summary>
/// <param name="EndpointId">The id in the address.</param>
/// <param name="WebhookId">Header <c>webhook-id</c>, or null.</param>
/// <param name="Timestamp">Header <c>webhook-timestamp</c>, or null.</param>
/// <param name="Signature">Header <c>webhook-signature</c>, or null.</param>
/// <param name="ContentType">Header <c>Content-Type</c>, or null.</param>
/// <param name="Body">The body's bytes, exactly as sent.</param>
public sealed record IncomingDelivery(string EndpointId, string? WebhookId, string? Timestamp, string? Signature, string? ContentType, ReadOnlyMemory<byte> Body);
