using Bunit;
using Portal.Web.Layout;
using Portal.Web.Live;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Ui;

public sealed class ShellTests : ConsoleContext
{
    [Fact]
    public void The_shell_has_landmarks_a_skip_link_and_a_sign_out_form()
    {
        Navigation.NavigateTo("/t/acme/p/shop/e/production/apps");
        var shell = Render<MainLayout>(with => with.Add(p => p.Body, builder => builder.AddMarkupContent(0, "<h1>Apps</h1>")));

        Assert.EndsWith("#content", shell.Find("a.portal-skip").GetAttribute("href")!, StringComparison.Ordinal);
        Assert.Equal("Apps", shell.Find("main#content h1").TextContent);
        Assert.Equal(["Place", "Main"], shell.FindAll("nav").Select(nav => nav.GetAttribute("aria-label")!));
        var signOut = shell.Find("form[action='/account/sign-out']");
        Assert.Equal("post", signOut.GetAttribute("method"));
        Assert.Equal("Sign out", signOut.TextContent.Fold());
    }

    [Fact]
    public void Switchers_name_the_place_and_list_its_siblings_when_opened()
    {
        Environments.All.AddRange([FakeEnvironments.View("production"), FakeEnvironments.View("staging")]);
        var switchers = Render<PlaceSwitchers>(with => with.Add(p => p.Location, ConsoleLocation.Parse("t/acme/p/shop/e/production/apps")));

        switchers.Button("Environment: production").Click();

        Assert.Equal("/t/acme/p/shop/e/staging/apps", switchers.Link("staging").GetAttribute("href"));
        Assert.Equal("true", switchers.Link("production").GetAttribute("aria-current"));
    }

    [Fact]
    public void The_palette_knows_the_tabs_of_the_app_one_looks_at()
    {
        var palette = Render<CommandPalette>(with => with.Add(p => p.Location, ConsoleLocation.Parse("t/acme/p/shop/e/production/apps/hello")));

        Assert.Contains(palette.FindAll("[role=option]"), option => option.GetAttribute("data-href") == "/t/acme/p/shop/e/production/apps/hello/logs");
    }
}
