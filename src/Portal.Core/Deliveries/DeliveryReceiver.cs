using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Releases;

namespace Portal.Core.Deliveries;

/// <summary>Size, media type, endpoint, signature over the raw bytes, timestamp; then one insert that a unique key makes happen once.</summary>
internal sealed partial class DeliveryReceiver(
    ITenantDbContextFactory contexts, SecretCipher cipher, WorkSignal signal, PortalCoreOptions options, TimeProvider clock, ILogger<DeliveryReceiver> logger) : IDeliveryReceiver
{
    public int MaxBytes => options.MaxDeliveryBytes;

    public async Task<DeliveryVerdict> ReceiveAsync(IncomingDelivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        if (delivery.Body.Length > MaxBytes) return Refused(413, $"The body is larger than {MaxBytes} bytes.");
        if (delivery.ContentType?.Split(';')[0].Trim().ToLowerInvariant() is not "application/json") return Refused(415, "The body must be application/json.");
        try
        {
            return await StoreAsync(delivery, cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException || e.InnerException is NpgsqlException)
        {
            DatabaseGone(logger, e);
            return Refused(503, "The delivery cannot be stored now; send it again.");
        }
    }

    private async Task<DeliveryVerdict> StoreAsync(IncomingDelivery delivery, CancellationToken cancellationToken)
    {
        WebhookEndpointRow? endpoint;
        await using (var all = await contexts.CreateAsync(TenantContext.Platform, cancellationToken))
        {
            endpoint = await all.WebhookEndpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == delivery.EndpointId, cancellationToken);
        }

        if (endpoint is null) return Refused(404, "There is no such endpoint.");
        if (delivery is not { WebhookId: { Length: > 0 and <= 256 } id, Timestamp: { Length: > 0 and <= 20 } timestamp, Signature: { Length: > 0 and <= 4096 } signature })
            return Refused(401, "The headers webhook-id, webhook-timestamp and webhook-signature are required.");
        if (!Secrets(endpoint).Any(secret => StandardWebhook.Verify(secret, id, timestamp, delivery.Body.Span, signature))) return Refused(401, "The signature does not match.");
        if (!StandardWebhook.IsTimely(timestamp, clock.GetUtcNow())) return Refused(401, "The timestamp is more than five minutes away from now.");
        if (endpoint.DeletedAt is not null) return Refused(410, "The endpoint was deleted.");

        await using var db = await contexts.CreateAsync(TenantContext.ForTeam(endpoint.TeamId), cancellationToken);
        var row = new DeliveryRow
        {
            Id = Guid.CreateVersion7(),
            TeamId = endpoint.TeamId,
            EndpointId = endpoint.Id,
            WebhookId = id,
            State = DeliveryState.Pending,
            Reason = "",
            Type = "",
            Body = delivery.Body.ToArray(),
            ReceivedAt = clock.GetUtcNow(),
        };
        // Waits for a parallel repeat's transaction, then inserts or counts: the unique key decides which delivery was the first.
        var stored = await db.Database.SqlQuery<Guid>(
            $"""
            INSERT INTO portal.deliveries (id, team_id, endpoint_id, webhook_id, state, reason, type, body, repeats, attempts, received_at)
            VALUES ({row.Id}, {row.TeamId}, {row.EndpointId}, {row.WebhookId}, 'Pending', '', '', {row.Body}, 0, 0, {row.ReceivedAt})
            ON CONFLICT (endpoint_id, webhook_id) DO UPDATE SET repeats = portal.deliveries.repeats + 1
            RETURNING id AS "Value"
            """).ToListAsync(cancellationToken);
        await db.CommitAsync(cancellationToken);
        if (stored[0] != row.Id) return new(200, stored[0], "repeated", "This delivery was accepted before.");
        signal.Raise();
        return new(202, row.Id, "accepted", "The delivery is stored and will be carried out.");
    }

    private IEnumerable<string> Secrets(WebhookEndpointRow endpoint)
    {
        yield return cipher.Open(endpoint.Secret, endpoint.TeamId, endpoint.AppId, endpoint.Id, 0);
        if (endpoint.FormerSecret is not null && endpoint.FormerUntil > clock.GetUtcNow()) yield return cipher.Open(endpoint.FormerSecret, endpoint.TeamId, endpoint.AppId, endpoint.Id, 0);
    }

    private static DeliveryVerdict Refused(int status, string reason) => new(status, null, "refused", reason);

    [LoggerMessage(2201, LogLevel.Warning, "A delivery could not be stored")]
    private static partial void DatabaseGone(ILogger logger, Exception e);
}
