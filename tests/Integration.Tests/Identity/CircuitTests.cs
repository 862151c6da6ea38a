using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;
using Portal.Identity;
using Portal.Identity.Sessions;
using Portal.Web;
using Portal.Web.Account;
using Testing;
using Xunit;

namespace Integration.Tests.Identity;

[Collection(IdentityPostgres.Collection)]
public sealed class CircuitTests(IdentityPostgres postgres)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_circuit_turns_anonymous_within_five_seconds_after_its_session_ended(bool inThisProcess)
    {
        await using var scope = postgres.Host.Services.CreateAsyncScope();
        var (session, provider) = await SignedInAsync(scope.ServiceProvider);
        Assert.True((await provider.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated);
        var clock = Stopwatch.StartNew();

        if (inThisProcess)
            await postgres.Host.Services.GetRequiredService<SessionRegistry>().RevokeAsync(session.UserId, session.SessionId, CancellationToken.None);
        else
            await postgres.Database.ReadAsync<int>($"UPDATE identity.sessions SET revoked_at = now() WHERE id = '{session.SessionId}' RETURNING 1");

        await Eventually.Async("an anonymous circuit", async () => (await provider.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated, signedIn => !signedIn, TimeSpan.FromSeconds(5));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}.");
    }

    [Fact]
    public async Task A_role_given_or_taken_reaches_the_circuit()
    {
        await using var scope = postgres.Host.Services.CreateAsyncScope();
        var (session, provider) = await SignedInAsync(scope.ServiceProvider);

        await postgres.Database.ReadAsync<int>(
            $"INSERT INTO identity.account_roles (user_id, role_id) SELECT '{session.UserId}', id FROM identity.roles WHERE name = '{PlatformRoleNames.NodeOperator}' RETURNING 1");

        await Eventually.Async(
            "the new role", async () => (await provider.GetAuthenticationStateAsync()).User.HasClaim(PortalClaims.PlatformRole, PlatformRoleNames.NodeOperator), has => has, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task An_ended_session_carries_nothing_through_its_circuit_even_before_the_circuit_knows()
    {
        await using var scope = postgres.Host.Services.CreateAsyncScope();
        var (session, _) = await SignedInAsync(scope.ServiceProvider);
        var carried = 0;
        var handler = Assert.IsType<SessionCircuitHandler>(Assert.Single(scope.ServiceProvider.GetServices<CircuitHandler>(), h => h is SessionCircuitHandler));
        var inbound = handler.CreateInboundActivityHandler(_ => Task.FromResult(++carried));

        await inbound(null!);
        await postgres.Host.Services.GetRequiredService<SessionRegistry>().RevokeAsync(session.UserId, session.SessionId, CancellationToken.None);
        await inbound(null!);

        Assert.Equal(1, carried);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Circuits_use_our_provider_whichever_room_is_added_first(bool webFirst)
    {
        var services = new ServiceCollection();
        services.AddPortalIdentity(_ => { });
        if (webFirst)
            services.AddPortalWeb();
        services.AddPortalAccount();
        if (!webFirst)
            services.AddPortalWeb();

        Assert.Equal(typeof(SessionAuthenticationStateProvider), services.Last(service => service.ServiceType == typeof(AuthenticationStateProvider)).ImplementationType);
    }

    private async Task<(SessionState Session, SessionAuthenticationStateProvider Provider)> SignedInAsync(IServiceProvider services)
    {
        var account = await postgres.Host.CreateUserAsync($"circuit-{Guid.NewGuid():n}@example.test");
        var sessions = services.GetRequiredService<SessionRegistry>();
        var id = await sessions.OpenAsync(account.Id, "test", "127.0.0.1", CancellationToken.None);
        var session = (await sessions.FindAsync(id!.Value, CancellationToken.None))!;
        var provider = (SessionAuthenticationStateProvider)services.GetRequiredService<AuthenticationStateProvider>();
        provider.SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(SessionPrincipal.Create(session, PortalAuthentication.CookieScheme)))));
        return (session, provider);
    }
}
