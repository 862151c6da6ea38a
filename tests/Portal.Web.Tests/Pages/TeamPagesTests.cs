using Bunit;
using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Web.Pages;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Pages;

public sealed class TeamPagesTests : ConsoleContext
{
    [Fact]
    public void A_team_without_projects_offers_the_first_one()
    {
        var page = Render<TeamProjects>(with => with.Add(p => p.Team, "acme"));

        page.Button("Create the first project").Click();
        page.Field("Project name").Input("shop");
        page.Find("form").Submit();

        Assert.EndsWith("/t/acme/p/shop", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void A_viewer_sees_why_the_button_does_not_work_and_it_does_not()
    {
        Authorizer.Role = Role.Viewer;
        var page = Render<TeamProjects>(with => with.Add(p => p.Team, "acme"));

        var button = page.Button("Create project");
        button.Click();

        Assert.Equal("true", button.GetAttribute("aria-disabled"));
        Assert.Equal("As Viewer you may not manage projects and environments. Ask for the role Maintainer.", page.Described(button));
        Assert.Empty(page.FindAll("form"));
    }

    [Fact]
    public void A_foreign_team_reads_exactly_like_a_missing_one()
    {
        Authorizer.Error = Error.NotFound("team");

        var page = Render<TeamProjects>(with => with.Add(p => p.Team, "other"));

        Assert.Contains("Not found There is no such team.", page.Text(), StringComparison.Ordinal);
        Assert.Empty(page.FindAll("table"));
    }

    [Fact]
    public void Another_address_loads_anew_and_shows_nothing_of_the_former()
    {
        Projects.All.Add(new(Guid.NewGuid(), "acme", "shop", 1, 1, false, Place.Now));
        var page = Render<TeamProjects>(with => with.Add(p => p.Team, "acme"));
        Assert.NotNull(page.Link("shop"));

        Authorizer.Error = Error.NotFound("team");
        page.Render(with => with.Add(p => p.Team, "other"));

        Assert.DoesNotContain("shop", page.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_owner_adds_changes_and_removes_members()
    {
        var page = Render<TeamMembers>(with => with.Add(p => p.Team, "acme"));

        page.Field("Email").Change("linus@example.com");
        page.Field("Role").Change("Support");
        page.Find("form").Submit();
        Assert.Equal(Role.Support, Members.All.Single(member => member.Email == "linus@example.com").Role);

        page.Field("Role of grace@example.com").Change("Maintainer");
        Assert.Equal(Role.Maintainer, Members.All.Single(member => member.Email == "grace@example.com").Role);

        page.Button("Remove grace@example.com").Click();
        page.Button("Remove member").Click();
        Assert.DoesNotContain(Members.All, member => member.Email == "grace@example.com");
    }

    [Fact]
    public void The_last_owner_learns_why_it_cannot_leave()
    {
        Members.Refusal = Error.Conflict("A team needs an owner; make somebody else one first.");
        var page = Render<TeamMembers>(with => with.Add(p => p.Team, "acme"));

        page.Button("Remove ada@example.com").Click();
        page.Button("Remove member").Click();

        Assert.Contains("A team needs an owner", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_team_is_deleted_only_after_its_name_was_typed()
    {
        Teams.All.Add(new(Guid.NewGuid(), "acme", "Acme", Role.Owner, 1, 0, Place.Now));
        var page = Render<TeamSettings>(with => with.Add(p => p.Team, "acme"));

        page.Button("Delete team…").Click();
        page.Field("Type acme to confirm").Input("acne");
        page.Find("dialog form").Submit();
        Assert.Empty(Teams.Deleted);

        page.Field("Type acme to confirm").Input("acme");
        page.Find("dialog form").Submit();
        Assert.Equal("acme", Assert.Single(Teams.Deleted));
    }

    [Fact]
    public void An_environment_can_be_created_protected()
    {
        var page = Render<ProjectEnvironments>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop"));

        page.Button("Create the first environment").Click();
        page.Field("Environment name").Input("production");
        page.Field("Protected").Change(true);
        page.Find("form").Submit();

        Assert.True(Assert.Single(Environments.All).Protected);
        Assert.EndsWith("/t/acme/p/shop/e/production/apps", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_and_its_environments_are_deleted_by_name()
    {
        Environments.All.Add(FakeEnvironments.View("staging"));
        var page = Render<ProjectSettings>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop"));

        page.Button("Protect staging").Click();
        Assert.True(Environments.All[0].Protected);

        page.Button("Delete staging…").Click();
        page.Field("Type staging to confirm").Input("staging");
        page.Find("dialog form").Submit();
        Assert.Equal("staging", Assert.Single(Environments.Deleted));

        page.Button("Delete project…").Click();
        page.Field("Type shop to confirm").Input("shop");
        page.Find("dialog form").Submit();
        Assert.Equal("shop", Assert.Single(Projects.Deleted));
    }
}
