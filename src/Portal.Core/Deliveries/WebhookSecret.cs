using Portal.Core.Apps;

namespace Portal.Core.Deliveries;

/// <summary>A webhook endpoint together with its signing secret, which is shown this once.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Secret">The secret as <c>whsec_</c> and base64.</param>
public sealed record WebhookSecret(WebhookEndpointView Endpoint, Sensitive Secret);
