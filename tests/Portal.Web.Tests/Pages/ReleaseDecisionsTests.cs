using Bunit;
using Portal.Core.Releases;
using Portal.Web.Pages.Apps;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Pages;

public sealed class ReleaseDecisionsTests : ConsoleContext
{
    private IRenderedComponent<AppPage> Show()
    {
        Apps.All.Add(Samples.App());
        Observer.Publish(Samples.Snapshot());
        return Render<AppPage>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production").Add(p => p.App, "hello").Add(p => p.Tab, "releases"));
    }

    [Fact]
    public void Somebody_else_approves_or_rejects_and_the_author_reads_why_not()
    {
        Releases.All.AddRange([Samples.Release(5, RolloutState.AwaitingApproval), Samples.Release(4, RolloutState.AwaitingApproval) with { Author = "grace@example.com" }, Samples.Release(1)]);
        var page = Show();
        Assert.Equal("Somebody else has to approve what you made yourself.", page.Described(page.Button("Approve release 5")));

        page.Button("Approve release 4").Click();
        page.Button("Reject release 5").Click();
        page.Field("Reason").Change("not today");
        page.FindAll("dialog footer button").First(button => button.TextContent.Trim() == "Reject release").Click();

        Assert.Equal(["approve 4", "reject because not today: 5"], Releases.Calls);
    }

    [Fact]
    public void A_live_release_is_promoted_to_another_environment()
    {
        Environments.All.AddRange([FakeEnvironments.View("production"), FakeEnvironments.View("staging")]);
        Releases.All.Add(Samples.Release(3));
        var page = Show();

        page.Button("Promote release 3").Click();
        page.Button("Promote now").Click();

        Assert.Equal("production/hello 3 to staging", Assert.Single(Promotions.Calls));
        Assert.EndsWith("/e/staging/apps/hello/releases", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_two_releases_can_be_compared()
    {
        Releases.All.AddRange([Samples.Release(3), Samples.Release(2), Samples.Release(1)]);
        var page = Show();

        page.Field("Compare release").Change("1");
        page.Field("with release").Change("3");
        page.Find("form").Submit();

        Assert.Contains("diff 1 3", Releases.Calls);
    }
}
