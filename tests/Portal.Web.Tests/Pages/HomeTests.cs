using Bunit;
using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Web.Pages;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Pages;

public sealed class HomeTests : ConsoleContext
{
    [Fact]
    public void Without_a_team_the_page_teaches_and_offers_one_action()
    {
        var page = Render<Home>();

        Assert.Contains("Start with a team", page.Text(), StringComparison.Ordinal);
        Assert.NotNull(page.Button("Create your first team"));
    }

    [Fact]
    public void While_teams_are_loading_a_skeleton_is_announced()
    {
        Teams.Gate = new();

        var page = Render<Home>();
        Assert.Equal("Loading", page.Find("[role=status]").GetAttribute("aria-label"));

        Teams.Gate.SetResult();
        page.WaitForAssertion(() => Assert.Contains("Start with a team", page.Text(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_failure_says_what_failed_and_a_retry_shows_the_teams()
    {
        Teams.Error = Error.Unavailable("The database does not answer.");
        var page = Render<Home>();
        Assert.Contains("Your teams could not be loaded", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);

        Teams.Error = null;
        Teams.All.Add(new(Guid.NewGuid(), "acme", "Acme", Role.Viewer, 1, 1, Place.Now));
        page.Button("Retry").Click();

        Assert.Equal("/t/acme", page.Link("acme").GetAttribute("href"));
    }

    [Fact]
    public void Creating_a_team_goes_to_it()
    {
        var page = Render<Home>();

        page.Button("Create your first team").Click();
        page.Field("Team name").Input("acme");
        page.Find("form").Submit();

        Assert.Equal("acme", Assert.Single(Teams.All).Name);
        Assert.EndsWith("/t/acme", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_name_is_said_beside_its_field_and_the_dialog_stays()
    {
        Teams.Refusal = Error.Invalid("name", "A name is lower-case letters, digits and hyphens.");
        var page = Render<Home>();

        page.Button("Create team").Click();
        page.Field("Team name").Input("ACME!");
        page.Find("form").Submit();

        var field = page.Field("Team name");
        Assert.Equal("true", field.GetAttribute("aria-invalid"));
        Assert.Contains("lower-case letters", page.Described(field), StringComparison.Ordinal);
    }

    [Fact]
    public void A_taken_name_is_a_conflict_said_in_words()
    {
        Teams.Refusal = Error.Conflict("There is a team of this name already.");
        var page = Render<Home>();

        page.Button("Create team").Click();
        page.Field("Team name").Input("acme");
        page.Find("form").Submit();

        Assert.Contains("There is a team of this name already.", page.Find("dialog [role=alert]").TextContent, StringComparison.Ordinal);
    }
}
