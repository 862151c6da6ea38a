using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Deliveries;

/// <summary>The webhook endpoints of an app.</summary>
internal sealed class WebhookEndpointCommands(UnitOfWork work, SecretCipher cipher, TimeProvider clock) : IWebhookEndpoints
{
    private static readonly TimeSpan FormerSecretLasts = TimeSpan.FromHours(24);

    public Task<Result<IReadOnlyList<WebhookEndpointView>>> ListAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<WebhookEndpointView>>(actor, Right.AppView, app, async (db, access) =>
            (await Own(db, access).AsNoTracking().OrderBy(e => e.CreatedAt).ToListAsync(cancellationToken)).ConvertAll(View), cancellationToken);

    public Task<Result<WebhookSecret>> CreateAsync(Actor actor, ScopeRef app, string description, CancellationToken cancellationToken) =>
        work.WriteAsync<WebhookSecret>(actor, Right.WebhookManage, app, "webhook.create", async (db, access) =>
        {
            description = (description ?? "").Trim();
            if (description.Length > 200 || description.Any(char.IsControl)) return Error.Invalid("description", "Must be at most 200 characters on one line.");
            if (await Own(db, access).CountAsync(cancellationToken) >= 20) return Error.QuotaExceeded("An app may have 20 webhook endpoints.");
            var (id, secret) = (Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), StandardWebhook.NewSecret());
            var row = new WebhookEndpointRow
            {
                Id = id,
                TeamId = access.Tenant.TeamId!.Value,
                AppId = access.AppId!.Value,
                Description = description,
                CreatedAt = clock.GetUtcNow(),
                Secret = cipher.Seal(secret, access.Tenant.TeamId.Value, access.AppId.Value, id, 0),
            };
            db.WebhookEndpoints.Add(row);
            return new WebhookSecret(View(row), new Sensitive(secret));
        }, cancellationToken, description ?? "");

    public Task<Result<WebhookSecret>> RotateAsync(Actor actor, ScopeRef app, string endpointId, CancellationToken cancellationToken) =>
        work.WriteAsync<WebhookSecret>(actor, Right.WebhookManage, app, "webhook.rotate", async (db, access) =>
        {
            if (await Own(db, access).SingleOrDefaultAsync(e => e.Id == endpointId, cancellationToken) is not { } row) return Error.NotFound("webhook endpoint");
            var secret = StandardWebhook.NewSecret();
            (row.FormerSecret, row.FormerUntil) = (row.Secret, clock.GetUtcNow() + FormerSecretLasts);
            row.Secret = cipher.Seal(secret, row.TeamId, row.AppId, row.Id, 0);
            row.RotatedAt = clock.GetUtcNow();
            return new WebhookSecret(View(row), new Sensitive(secret));
        }, cancellationToken, endpointId);

    public Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef app, string endpointId, CancellationToken cancellationToken) =>
        work.WriteAsync<Unit>(actor, Right.WebhookManage, app, "webhook.delete", async (db, access) =>
        {
            if (await Own(db, access).SingleOrDefaultAsync(e => e.Id == endpointId, cancellationToken) is not { } row) return Error.NotFound("webhook endpoint");
            row.DeletedAt = clock.GetUtcNow();
            return Unit.Value;
        }, cancellationToken, endpointId);

    public Task<Result<IReadOnlyList<DeliveryView>>> ListDeliveriesAsync(Actor actor, ScopeRef app, string endpointId, int limit, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<DeliveryView>>(actor, Right.AppView, app, async (db, access) =>
        {
            if (limit is < 1 or > 200) return Error.Invalid("limit", "Must be from 1 to 200.");
            if (!await Own(db, access).AnyAsync(e => e.Id == endpointId, cancellationToken)) return Error.NotFound("webhook endpoint");
            return await db.Deliveries.AsNoTracking().Where(d => d.EndpointId == endpointId).OrderByDescending(d => d.ReceivedAt).Take(limit)
                .Select(d => new DeliveryView(d.Id, d.WebhookId, d.State, d.Reason, d.Type, d.Release, d.Repeats, d.ReceivedAt)).ToListAsync(cancellationToken);
        }, cancellationToken);

    private static IQueryable<WebhookEndpointRow> Own(PortalDbContext db, Access access) => db.WebhookEndpoints.Where(e => e.AppId == access.AppId && e.DeletedAt == null);

    private static WebhookEndpointView View(WebhookEndpointRow row) => new(row.Id, row.Description, row.CreatedAt, row.RotatedAt);
}
