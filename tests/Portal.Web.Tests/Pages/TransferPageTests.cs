using Bunit;
using Portal.Core.Results;
using Portal.Web.Pages;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Pages;

public sealed class TransferPageTests : ConsoleContext
{
    [Fact]
    public void An_import_asks_for_missing_secrets_shows_the_plan_and_only_then_imports()
    {
        var page = Render<TeamImport>(with => with.Add(p => p.Team, "acme"));
        page.Field("The file's text").Change("kind: Project");
        page.Field("Project name").Change("copy");
        page.Find("form").Submit();
        Assert.Contains("give one", page.Described(page.Field("Value of staging/hello/API_KEY")), StringComparison.Ordinal);
        Assert.Empty(Transfers.Imported);

        page.Field("Value of staging/hello/API_KEY").Change("canary-import");
        page.Find("form").Submit();
        Assert.Contains("Project copy: 2 things created, 0 things changed", page.Text(), StringComparison.Ordinal);
        Assert.Contains("spec.image", page.Text(), StringComparison.Ordinal);
        Assert.Empty(Transfers.Imported);
        Assert.DoesNotContain("canary-import", page.Markup, StringComparison.Ordinal);

        page.Button("Import").Click();
        Assert.Equal("copy", Assert.Single(Transfers.Imported).Project);
        Assert.EndsWith("/t/acme/p/copy", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_of_the_file_stand_beside_it_with_their_place_and_line()
    {
        Transfers.Refusal = Error.Invalid(new FieldError("apps[0].declaration.spec.image", "'image' is missing.", 12));
        var page = Render<TeamImport>(with => with.Add(p => p.Team, "acme"));
        page.Field("The file's text").Change("kind: Project");
        page.Find("form").Submit();

        Assert.Contains("Line 12: apps[0].declaration.spec.image: 'image' is missing.", page.Described(page.Field("The file's text")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_volume_that_nothing_declares_is_deleted_by_typing_its_name()
    {
        Volumes.All.AddRange([FakeVolumes.View("data"), FakeVolumes.View("old", inUse: false)]);
        var page = Render<EnvironmentVolumes>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production"));
        Assert.DoesNotContain(page.FindAll("button"), button => button.GetAttribute("aria-label") == "Delete data…");

        page.Button("Delete old…").Click();
        page.Field("Type old to confirm").Input("old");
        page.Find("dialog form").Submit();

        Assert.Equal("data", Assert.Single(Volumes.All).Name);
        Assert.Equal("Volume old is being deleted.", Assert.Single(Toasts.Shown).Text);
    }

    [Fact]
    public void Usage_shows_the_quota_and_takes_a_request_with_a_reason()
    {
        var page = Render<TeamUsage>(with => with.Add(p => p.Team, "acme"));
        Assert.Contains("5 of 50", page.Text(), StringComparison.Ordinal);
        page.Find("form").Submit();
        Assert.Contains("Say why", page.Described(page.Field("Reason")), StringComparison.Ordinal);

        page.Field("Instances").Change("80");
        page.Field("Reason").Change("the sale");
        page.Find("form").Submit();

        Assert.Equal((10, 80, 8000, 16384), Assert.Single(Quotas.Requests).Wanted is var wanted ? (wanted.Apps, wanted.Instances, wanted.CpuMillis, wanted.MemoryMebibytes) : default);
        Assert.Contains("the sale", page.Text(), StringComparison.Ordinal);
    }
}
