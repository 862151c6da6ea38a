using Npgsql;
using Portal.Host.Postgres;

namespace Portal.Host.Composition;

/// <summary><c>/healthz</c> (the process serves), <c>/readyz</c> (what it needs answers) and <c>/metrics</c> (to this machine only).</summary>
internal static class Probes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void Map(WebApplication app, PostgresCluster postgres)
    {
        // Open pages wait for another boot before they resume.
        app.MapGet("/healthz", (HttpContext context, Portal.Web.Live.Drain drain) =>
        {
            context.Response.Headers["Portal-Boot"] = drain.BootId;
            return Results.Text("ok");
        }).AllowAnonymous();
        app.MapGet("/readyz", async (CancellationToken cancellationToken) =>
        {
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                patience.CancelAfter(Patience);
                await using var connection = new NpgsqlConnection(postgres.ConnectionString("portal_app", "portal"));
                await connection.OpenAsync(patience.Token);
                return Results.Text("ok");
            }
            catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
            {
                return Results.Text("database unavailable", statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        }).AllowAnonymous();
        app.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous().AddEndpointFilterToLoopback();
    }

    // Figures say a lot about tenants: only a scraper on this machine gets them.
    private static void AddEndpointFilterToLoopback(this IEndpointConventionBuilder endpoint) =>
        endpoint.Add(builder =>
        {
            var next = builder.RequestDelegate!;
            builder.RequestDelegate = context =>
            {
                if (context.Connection.RemoteIpAddress is { } address && System.Net.IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address))
                    return next(context);
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            };
        });
}
