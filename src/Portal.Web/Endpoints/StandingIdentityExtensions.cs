using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portal.Identity;
using Portal.Identity.Sessions;
using Portal.Identity.Tokens;

namespace Portal.Web.Endpoints;

/// <summary>Ends long answers whose reader's session or token has ended meanwhile. That the reader still has the right, the use case behind the stream asks itself.</summary>
internal static class StandingIdentityExtensions
{
    /// <summary>With what readers of sessions and tokens keep for two seconds this stays below the five in which an ended one must be gone.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private const string Bearer = "Bearer ";

    /// <summary>The answer's <see cref="HttpContext.RequestAborted"/> also ends with the identity it was asked for with.</summary>
    public static RouteHandlerBuilder EndsWithIdentity(this RouteHandlerBuilder builder) => builder.AddEndpointFilter((context, next) =>
    {
        Follow(context.HttpContext);
        return next(context);
    });

    private static void Follow(HttpContext http)
    {
        var client = http.RequestAborted;
        var standing = CancellationTokenSource.CreateLinkedTokenSource(client);
        var over = CancellationTokenSource.CreateLinkedTokenSource(client);
        http.RequestAborted = standing.Token;
        // The answer is written after the filters have run: what follows it ends with the response, not with this call.
        var following = FollowAsync(http, standing, over.Token);
        http.Response.OnCompleted(async () =>
        {
            await over.CancelAsync();
            await following;
            over.Dispose();
            standing.Dispose();
        });
    }

    private static async Task FollowAsync(HttpContext http, CancellationTokenSource standing, CancellationToken over)
    {
        using var timer = new PeriodicTimer(Every, http.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                if (await StandsAsync(http, over)) continue;
                await standing.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The answer is complete, or the reader has gone.
        }
    }

    private static async ValueTask<bool> StandsAsync(HttpContext http, CancellationToken over)
    {
        try
        {
            if (http.Request.Headers.Authorization is [{ } header] && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
                return await http.RequestServices.GetRequiredService<IAccessTokenReader>().ReadAsync(header[Bearer.Length..].Trim(), over) is not null;
            return http.User.FindFirst(PortalClaims.SessionId)?.Value is not { } session
                || await http.RequestServices.GetRequiredService<SessionRegistry>().FindAsync(session, over) is not null;
        }
#pragma warning disable CA1031 // Who cannot be asked has not said no; it is asked again.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return true;
        }
    }
}
