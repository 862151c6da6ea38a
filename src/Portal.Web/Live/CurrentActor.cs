using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Portal.Core.Members;

namespace Portal.Web.Live;

/// <summary>Who this circuit acts for, read from its signed-in principal. Rights are not read here: every use case asks for them again.</summary>
/// <param name="authentication">The circuit's principal.</param>
public sealed class CurrentActor(AuthenticationStateProvider authentication)
{
    private const long MaxSeconds = 1L << 36;

    /// <summary>The acting user, or null when nobody is signed in.</summary>
    public async Task<Actor?> FindAsync() => From((await authentication.GetAuthenticationStateAsync()).User);

    internal static Actor? From(ClaimsPrincipal principal)
    {
        if (principal.Identity?.IsAuthenticated != true || !Guid.TryParse(principal.FindFirstValue("sub"), out var id)) return null;
        var roles = PlatformRoles.None;
        foreach (var claim in principal.FindAll("portal:platform"))
        {
            if (Enum.TryParse<PlatformRoles>(claim.Value, ignoreCase: true, out var role) && Enum.IsDefined(role)) roles |= role;
        }
        // A token that is narrowed carries none of its owner's power over the platform.
        var scope = TokenScope.Stored(principal.FindFirstValue("portal:scope"), principal.FindFirstValue("portal:rights"));
        return new Actor(id, principal.FindFirstValue("email") ?? "", scope is null ? roles : PlatformRoles.None, scope)
        {
            SignedInAt = long.TryParse(principal.FindFirstValue("portal:authenticated"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < MaxSeconds
                ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
        };
    }
}
