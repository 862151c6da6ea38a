namespace Portal.Core.Deliveries;

/// <summary>What the sender of a delivery is told.</summary>
/// <param name="Status">The HTTP status: 200 repeated, 202 accepted, 400 malformed, 401 signature, 404 unknown, 410 deleted, 413, 415, 429, 503. Never 3xx.</param>
/// <param name="Delivery">The delivery's id, when it was stored.</param>
/// <param name="Verdict">One word: accepted, repeated or refused.</param>
/// <param name="Reason">One sentence.</param>
public sealed record DeliveryVerdict(int Status, Guid? Delivery, string Verdict, string Reason);
