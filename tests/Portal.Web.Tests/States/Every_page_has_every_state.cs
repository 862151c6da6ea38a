using Bunit;
using Microsoft.AspNetCore.Components;
using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Web.Pages.Apps;
using Portal.Web.Tests.Doubles;
using Portal.Web.Ui;
using Xunit;

namespace Portal.Web.Tests.States;

/// <summary>
/// Every page and every tab in every state, generated from the pages of the assembly: a new page fails here until <see cref="PageRows"/> says how it looks in each.
/// </summary>
public sealed class Every_page_has_every_state : ConsoleContext
{
    private static IEnumerable<Type> Pages => typeof(AppPage).Assembly.GetTypes()
        .Where(type => type.Namespace?.StartsWith("Portal.Web.Pages", StringComparison.Ordinal) == true && type.GetCustomAttributes(typeof(RouteAttribute), inherit: false).Length > 0)
        .Concat(AppTabs.All.Select(tab => tab.Component)).Distinct();

    public static TheoryData<string, PageState> Cells =>
        new(Pages.SelectMany(page => Enum.GetValues<PageState>().Where(state => !PageRows.All.TryGetValue(page, out var row) || !row.Without.ContainsKey(state)).Select(state => (page.Name, state))));

    [Fact]
    public void Every_page_has_a_row_and_no_row_is_left_over() => Assert.Equal(Pages.Select(page => page.Name).Order(), PageRows.All.Keys.Select(page => page.Name).Order());

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_page_in_a_state(string page, PageState state)
    {
        Assert.True(PageRows.All.Keys.Any(key => key.Name == page), $"{page} has no row in PageRows: say there how it looks in each state.");
        var row = PageRows.All.Single(pair => pair.Key.Name == page).Value;
        switch (state)
        {
            case PageState.Loading:
                Trouble.NeverAnswers = true;
                Assert.NotEmpty(row.Show(this).FindAll(".portal-skeleton[role=status]"));
                break;
            case PageState.EmptyFirstUse:
                if (row.Break is not null && page != "AppList" && page != "NodeList") PageRows.All[typeof(AppPage)].Fill(this);
                Assert.NotNull(row.Empty);
                Assert.Contains(row.Empty, row.Show(this).Text(), StringComparison.Ordinal);
                break;
            case PageState.EmptyFiltered:
                row.Fill(this);
                Navigation.NavigateTo(row.Filtered ?? "/");
                var filtered = row.Show(this);
                filtered.WaitForAssertion(() => Assert.Contains("“zzzz”", filtered.Text(), StringComparison.Ordinal));
                filtered.Button("Clear the filter").Click();
                Assert.DoesNotContain("zzzz", filtered.Text(), StringComparison.Ordinal);
                break;
            case PageState.Error:
                Fails(row);
                break;
            case PageState.Stale:
                row.Fill(this);
                var live = row.Show(this);
                Assert.NotNull(row.Break);
                // Past the time for which the next render is held back.
                Time.Advance(TimeSpan.FromSeconds(1));
                row.Break(this);
                live.WaitForAssertion(() => Assert.Contains("Updates stopped, data as of 12:00:00 UTC", live.Text(), StringComparison.Ordinal));
                break;
            case PageState.Forbidden:
                Refuses(row);
                break;
            case PageState.Missing:
                Trouble.Error = Error.NotFound("place");
                Assert.Contains("Not found There is no such place.", row.Show(this).Text(), StringComparison.Ordinal);
                break;
            case PageState.Partial:
                row.Fill(this);
                // Each part stands in a panel of its own, which keeps a failure to itself (shown for the panel once, in UiTests).
                Assert.NotEmpty(row.Show(this).FindComponents<Panel>());
                break;
        }
    }

    private void Fails(PageRow row)
    {
        row.Fill(this);
        Trouble.Error = Error.Unavailable("The database does not answer now.");
        var page = row.Show(this);
        var alert = page.Find("[role=alert]");
        Assert.Contains("could not be loaded", alert.TextContent, StringComparison.Ordinal);
        Assert.Contains("The server's log has it under", alert.TextContent, StringComparison.Ordinal);

        Trouble.Error = null;
        page.Button("Retry").Click();
        page.WaitForAssertion(() => Assert.DoesNotContain("could not be loaded", page.Text(), StringComparison.Ordinal));
    }

    private void Refuses(PageRow row)
    {
        if (row.ForPlatformOnly)
        {
            Trouble.Error = Error.Forbidden("Only node operators and platform administrators see and change nodes.");
            Assert.Contains("Your role does not allow this Only node operators", row.Show(this).Text(), StringComparison.Ordinal);
            return;
        }
        Authorizer.Role = Role.Viewer;
        row.Fill(this);
        var page = row.Show(this);
        Assert.NotNull(row.Forbidden);
        var control = page.Control(row.Forbidden);
        Assert.Equal("true", control.GetAttribute("aria-disabled"));
        Assert.NotEmpty(page.Described(control));
    }
}
