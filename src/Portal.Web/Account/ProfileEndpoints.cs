using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Core.Members;
using Portal.Identity;
using Portal.Identity.Accounts;
using Portal.Identity.Server;
using Portal.Identity.Sessions;
using Portal.Identity.Tokens;
using static Portal.Web.Language.Words;

namespace Portal.Web.Account;

/// <summary>A person's own page: password, sessions, API tokens. Everything is looked up below the person's own id.</summary>
internal static class ProfileEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup(ConnectPaths.Profile).RequireAuthorization(PortalAuthentication.PagePolicy).ExcludeFromDescription();
        group.MapGet("", (Delegate)((HttpContext http) => ShowAsync(http, StatusCodes.Status200OK, [])));
        var forms = group.MapGroup("").AddEndpointFilter<AntiforgeryFilter>();
        forms.MapPost("/password", ChangePasswordAsync);
        forms.MapPost("/sessions/end", EndSessionAsync);
        forms.MapPost("/sessions/end-all", EndAllSessionsAsync);
        forms.MapPost("/tokens", CreateTokenAsync);
        forms.MapPost("/tokens/revoke", RevokeTokenAsync);
    }

    private static async Task<IResult> ChangePasswordAsync(HttpContext http, ChangePassword change)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var faults = await change.ExecuteAsync(
            Account(http), Session(http), form["current"].ToString(), form["password"].ToString(), http.RequestAborted);
        return faults.Count > 0
            ? await ShowAsync(http, StatusCodes.Status422UnprocessableEntity, faults)
            : await ShowAsync(http, StatusCodes.Status200OK, [], done: L("The password was changed. Your other sessions have ended."));
    }

    private static async Task<IResult> EndSessionAsync(HttpContext http, SessionRegistry sessions)
    {
        var id = await FormIdAsync(http);
        if (id is not { } session || !await sessions.RevokeAsync(Account(http), session, http.RequestAborted))
            return await ShowAsync(http, StatusCodes.Status404NotFound, [new Fault("", "There is no such session.")]);
        return Results.Redirect(session == Session(http) ? ConnectPaths.SignedOut : ConnectPaths.Profile);
    }

    private static async Task<IResult> EndAllSessionsAsync(HttpContext http, SessionRegistry sessions)
    {
        await sessions.RevokeAllAsync(Account(http), except: null, http.RequestAborted);
        await http.SignOutAsync(PortalAuthentication.ServerScheme);
        await http.SignOutAsync(PortalAuthentication.CookieScheme);
        return Results.Redirect(ConnectPaths.SignedOut);
    }

    private static async Task<IResult> CreateTokenAsync(HttpContext http, CreateApiToken create)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var scope = TokenScope.Parse(form["scope"].ToString(), form["rights"].ToString());
        if (!scope.IsOk)
            return await ShowAsync(http, StatusCodes.Status422UnprocessableEntity, [.. scope.Error.Fields.Select(fault => new Fault(fault.Path, fault.Message))]);
        var outcome = await create.ExecuteAsync(Account(http), form["name"].ToString(), lifetime: null, http.RequestAborted, scope.Value?.PlaceText, scope.Value?.RightsText);
        return outcome.Value is { } created
            ? await ShowAsync(http, StatusCodes.Status200OK, [], newToken: created.Token)
            : await ShowAsync(http, StatusCodes.Status422UnprocessableEntity, outcome.Faults);
    }

    private static async Task<IResult> RevokeTokenAsync(HttpContext http, RevokeApiToken revoke)
    {
        if (await FormIdAsync(http) is not { } token || !await revoke.ExecuteAsync(Account(http), token, http.RequestAborted))
            return await ShowAsync(http, StatusCodes.Status404NotFound, [new Fault("", "There is no such token.")]);
        return Results.Redirect(ConnectPaths.Profile);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, int status, IReadOnlyList<Fault> faults, string? done = null, string? newToken = null)
    {
        var services = http.RequestServices;
        var sessions = await services.GetRequiredService<SessionRegistry>().ListAsync(Account(http), http.RequestAborted);
        var tokens = await services.GetRequiredService<ListApiTokens>().ExecuteAsync(Account(http), http.RequestAborted);
        var model = new ProfileModel(
            http.User.FindFirst(PortalClaims.Email)?.Value ?? "",
            Session(http),
            [.. sessions.Select(s => new SessionRow(s.Id, s.CreatedAt, s.LastSeenAt, BrowserName.From(s.UserAgent), s.Peer))],
            tokens,
            services.GetRequiredService<IOptions<PortalIdentityOptions>>().Value.IsEmbedded,
            faults,
            done,
            newToken);
        return Html.Show<ProfilePage>(status, new()
        {
            [nameof(ProfilePage.Token)] = FormToken.For(http, services.GetRequiredService<IAntiforgery>()),
            [nameof(ProfilePage.Model)] = model,
        });
    }

    private static async Task<Guid?> FormIdAsync(HttpContext http) =>
        Guid.TryParse((await http.Request.ReadFormAsync(http.RequestAborted))["id"], out var id) ? id : null;

    private static Guid Account(HttpContext http) => Guid.Parse(http.User.FindFirst(PortalClaims.Subject)!.Value);

    private static Guid Session(HttpContext http) => Guid.Parse(http.User.FindFirst(PortalClaims.SessionId)!.Value);
}
