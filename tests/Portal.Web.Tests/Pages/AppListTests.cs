using Bunit;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Results;
using Portal.Web.Pages.Apps;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Pages;

public sealed class AppListTests : ConsoleContext
{
    private IRenderedComponent<AppList> Show() => Render<AppList>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production"));

    [Fact]
    public void Without_apps_the_page_leads_to_the_first_declaration()
    {
        var page = Show();

        Assert.Equal("/t/acme/p/shop/e/production/apps/new", page.Link("Declare the first app").GetAttribute("href"));
    }

    [Theory]
    [InlineData(Role.Viewer, "As Viewer you may not deploy releases. Ask for the role Deployer.")]
    [InlineData(Role.Deployer, "As Deployer you may not change the configuration. Ask for the role Developer.")]
    public void Who_may_not_declare_an_app_reads_why_and_the_link_leads_nowhere(Role role, string why)
    {
        Authorizer.Role = role;
        var page = Show();

        foreach (var name in (string[])["Declare an app", "Declare the first app"])
        {
            Assert.Null(page.Link(name).GetAttribute("href"));
            Assert.Equal("true", page.Link(name).GetAttribute("aria-disabled"));
            Assert.Equal(why, page.Described(page.Link(name)));
        }
    }

    [Fact]
    public void Health_is_a_word_and_changes_without_a_reload()
    {
        Apps.All.Add(Samples.App());
        Observer.Publish(Samples.Snapshot(health: HealthState.Progressing, reason: "1 of 2 instances ready", ready: 1));
        var page = Show();
        page.WaitForAssertion(() => Assert.Contains("Progressing 1 of 2 instances ready", page.Text(), StringComparison.Ordinal));
        Assert.Contains("1 / 2", page.Text(), StringComparison.Ordinal);

        Time.Advance(TimeSpan.FromSeconds(1));
        Observer.Publish(Samples.Snapshot());

        page.WaitForAssertion(() => Assert.Contains("2 / 2", page.Find("tbody tr").TextContent.Fold(), StringComparison.Ordinal));
        Assert.Contains("Healthy", page.Find("tbody tr").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Before_the_cluster_was_heard_of_health_is_unknown_and_not_guessed()
    {
        Apps.All.Add(Samples.App());

        Assert.Contains("Unknown", Show().Find("tbody tr").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_filter_lives_in_the_address_and_can_be_cleared()
    {
        Apps.All.AddRange([Samples.App(), Samples.App("checkout")]);
        Navigation.NavigateTo("/t/acme/p/shop/e/production/apps?q=check");
        var page = Show();
        Assert.Equal("checkout", Assert.Single(page.FindAll("tbody tr a.portal-strong")).TextContent);

        page.Field("Filter apps").Input("nothing like this");
        Assert.Contains("No app matches “nothing like this”", page.Text(), StringComparison.Ordinal);
        Assert.Contains("q=nothing", Navigation.Uri, StringComparison.Ordinal);

        page.Button("Clear the filter").Click();
        Assert.Equal(2, page.FindAll("tbody tr").Count);
        Assert.DoesNotContain("q=", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_watch_keeps_the_last_state_and_says_how_old_it_is()
    {
        Apps.All.Add(Samples.App());
        Observer.Publish(Samples.Snapshot());
        var page = Show();
        page.WaitForAssertion(() => Assert.Equal(1, Observer.Open));

        Time.Advance(TimeSpan.FromSeconds(1));
        Observer.Break();

        page.WaitForAssertion(() =>
        {
            Time.Advance(TimeSpan.FromMilliseconds(250));
            Assert.Contains("Updates stopped, data as of 12:00:00 UTC", page.Text(), StringComparison.Ordinal);
        });
        Assert.Contains("Healthy", page.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_app_made_elsewhere_appears_by_itself()
    {
        Apps.All.Add(Samples.App());
        Observer.Publish(Samples.Snapshot());
        var page = Show();
        page.WaitForAssertion(() => Assert.Equal(1, Observer.Open));

        Apps.All.Add(Samples.App("checkout"));
        Time.Advance(TimeSpan.FromSeconds(1));
        Observer.Publish(Samples.Snapshot(), Samples.Snapshot("checkout"));

        page.WaitForAssertion(() => Assert.NotNull(page.Link("checkout")));
    }

    [Fact]
    public void A_failure_keeps_nothing_back_and_retry_recovers()
    {
        Apps.Error = Error.Unavailable("The database does not answer.");
        var page = Show();
        Assert.Contains("The apps could not be loaded", page.Text(), StringComparison.Ordinal);

        Apps.Error = null;
        Apps.All.Add(Samples.App());
        page.Button("Retry").Click();

        Assert.NotNull(page.Link("hello"));
    }

    [Fact]
    public async Task Leaving_the_page_closes_its_stream()
    {
        Apps.All.Add(Samples.App());
        Observer.Publish(Samples.Snapshot());
        var page = Show();
        page.WaitForAssertion(() => Assert.Equal(1, Observer.Open));

        await DisposeComponentsAsync();

        await Observer.Closed.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
