using Bunit;
using Portal.Core.Audit;
using Portal.Core.Results;
using Portal.Web.Pages;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Pages;

public sealed class AuditPageTests : ConsoleContext
{
    [Fact]
    public void Acts_are_listed_with_who_what_where_and_their_link()
    {
        Add(2, "app.scale", AuditOutcome.Denied);
        var page = Show();

        Assert.Contains("ada@example.com", page.Text(), StringComparison.Ordinal);
        Assert.Contains("app.scale Denied", page.Text(), StringComparison.Ordinal);
        Assert.Contains("2 · abcdef01", page.Text(), StringComparison.Ordinal);
        Assert.Equal("/api/v1/teams/acme/audit/export", page.Link("Export").GetAttribute("href"));
    }

    [Fact]
    public void A_filter_stands_in_the_address_and_says_so_when_it_hides_everything()
    {
        Add(1, "app.scale");
        var page = Show();

        page.Field("Action").Change("app.delete");

        page.WaitForAssertion(() => Assert.Contains("Nothing matches “app.delete”", page.Text(), StringComparison.Ordinal));
        Assert.Contains("action=app.delete", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal("app.delete", Audit.Asked[^1].Action);
    }

    [Fact]
    public void Nothing_yet_reads_differently_from_nothing_that_matches()
    {
        Assert.Contains("Nothing happened yet", Show().Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Older_acts_are_added_below()
    {
        for (var id = 150; id > 0; id--) Add(id, "app.scale");
        var page = Show();

        page.Button("Older acts").Click();

        page.WaitForAssertion(() => Assert.Equal(150, page.FindAll("tbody tr").Count));
        Assert.Equal(51, Audit.Asked[^1].Before);
    }

    [Fact]
    public void Verifying_says_what_was_found()
    {
        var page = Show();
        page.Button("Verify the chain").Click();
        page.WaitForAssertion(() => Assert.Contains("The chain is intact: 3 acts, 1 signed checkpoints.", page.Text(), StringComparison.Ordinal));

        Audit.Verdict = new(false, 2, 0, "", "Act 3 is missing.");
        page.Button("Verify the chain").Click();
        page.WaitForAssertion(() => Assert.Contains("The chain is broken. Act 3 is missing.", page.Text(), StringComparison.Ordinal));
    }

    [Fact]
    public void Who_may_not_read_it_learns_why()
    {
        Audit.Refusal = Error.Forbidden("The role Developer does not have the right AuditRead.");
        Assert.Contains("The role Developer does not have the right AuditRead.", Show().Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_can_be_tried_again()
    {
        Audit.Refusal = Error.Unavailable("The database does not answer now.");
        var page = Show();
        Audit.Refusal = null;
        Add(1, "app.scale");

        page.Button("Retry").Click();

        page.WaitForAssertion(() => Assert.Contains("app.scale", page.Text(), StringComparison.Ordinal));
    }

    private IRenderedComponent<TeamAudit> Show() => Render<TeamAudit>(with => with.Add(p => p.Team, "acme"));

    private void Add(long id, string action, AuditOutcome outcome = AuditOutcome.Done) =>
        Audit.All.Add(new(id, id, Place.Now.AddMinutes(-id), "ada@example.com", action, "acme/shop/production/hello", outcome, "3", "abcdef0123456789"));
}
