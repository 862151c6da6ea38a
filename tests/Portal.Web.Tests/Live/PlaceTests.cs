using System.Security.Claims;
using Portal.Core.Members;
using Portal.Web.Live;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Live;

public sealed class PlaceTests
{
    [Theory]
    [InlineData("", null, null, null, null, "")]
    [InlineData("t/acme", "acme", null, null, null, "")]
    [InlineData("t/acme/members", "acme", null, null, null, "members")]
    [InlineData("t/acme/p/shop/settings", "acme", "shop", null, null, "settings")]
    [InlineData("t/acme/p/shop/e/production/apps?q=x", "acme", "shop", "production", null, "apps")]
    [InlineData("t/acme/p/shop/e/production/apps/new", "acme", "shop", "production", null, "apps/new")]
    [InlineData("t/acme/p/shop/e/production/apps/hello/logs#x", "acme", "shop", "production", "hello", "logs")]
    public void The_address_says_where_one_is(string path, string? team, string? project, string? environment, string? app, string section) =>
        Assert.Equal(new ConsoleLocation(team, project, environment, app, section), ConsoleLocation.Parse(path));

    [Fact]
    public void The_actor_comes_from_the_claims_of_the_contract()
    {
        var principal = new ClaimsPrincipal(new ClaimsIdentity([new("sub", Place.Me.ToString()), new("email", "ada@example.com"), new("portal:platform", "PlatformAdmin"), new("portal:platform", "NodeOperator"), new("portal:platform", "nonsense")], "cookie"));

        var actor = CurrentActor.From(principal);

        Assert.Equal(new Actor(Place.Me, "ada@example.com", PlatformRoles.PlatformAdmin | PlatformRoles.NodeOperator), actor);
    }

    [Fact]
    public void Without_a_sign_in_or_with_a_broken_subject_there_is_no_actor()
    {
        Assert.Null(CurrentActor.From(new ClaimsPrincipal(new ClaimsIdentity([new("sub", Place.Me.ToString())]))));
        Assert.Null(CurrentActor.From(new ClaimsPrincipal(new ClaimsIdentity([new("sub", "1")], "cookie"))));
    }

    [Fact]
    public void A_missing_right_names_the_role_to_ask_for()
    {
        var access = (Role role, bool isProtected) => new Access(new(Place.Me, "", PlatformRoles.None), Place.App, Portal.Core.Data.TenantContext.ForTeam(Guid.Empty), role, null, null, null, isProtected);

        Assert.Null(Rights.Unless(access(Role.Developer, false), Right.Deploy));
        Assert.Equal("This environment is protected: as Developer you may not deploy releases here.", Rights.Unless(access(Role.Developer, true), Right.Deploy));
        Assert.Equal("As Viewer you may not scale apps. Ask for the role Support.", Rights.Unless(access(Role.Viewer, false), Right.Scale));
    }
}
