using Bunit;
using Portal.Core.Clusters;
using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Web.Pages;
using Portal.Web.Pages.Clusters;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Pages;

public sealed class ClustersPageTests : ConsoleContext
{
    [Fact]
    public void The_list_says_how_each_stands_and_leads_to_the_teams_own_alone()
    {
        Clusters.All.AddRange([FakeClusters.View("far", "acme", ClusterState.Unreachable), FakeClusters.View("shared")]);

        var page = Render<TeamClusters>(with => with.Add(p => p.Team, "acme"));

        page.WaitForAssertion(() => Assert.Contains("It does not answer.", page.Markup, StringComparison.Ordinal));
        Assert.Equal("/t/acme/clusters/far", Assert.Single(page.FindAll("tbody a")).GetAttribute("href"));
        Assert.Contains("of the platform", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kubeconfig_that_is_refused_says_why_beside_its_field_and_goes_with_the_dialog()
    {
        Clusters.Refusal = Error.Invalid("kubeconfig.users[u].user.exec", "exec would run a program on Portal's server.");
        var page = Render<TeamClusters>(with => with.Add(p => p.Team, "acme"));
        page.WaitForElement("button:contains('Add a cluster')").Click();
        page.Find("dialog input").Change("far");
        page.Find("dialog textarea").Change("canary-kubeconfig");

        page.Find("dialog form").Submit();

        page.WaitForAssertion(() => Assert.Contains("exec would run a program", page.Markup, StringComparison.Ordinal));
        page.Find("dialog button:contains('Cancel')").Click();
        Assert.DoesNotContain("canary-kubeconfig", page.Markup, StringComparison.Ordinal);
        page.Find("button:contains('Add a cluster')").Click();
        Assert.DoesNotContain("canary-kubeconfig", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_that_was_added_is_shown_without_its_kubeconfig()
    {
        var page = Render<TeamClusters>(with => with.Add(p => p.Team, "acme"));
        page.WaitForElement("button:contains('Add a cluster')").Click();
        page.Find("dialog input").Change("far");
        page.Find("dialog textarea").Change("canary-kubeconfig");

        page.Find("dialog form").Submit();

        page.WaitForAssertion(() => Assert.EndsWith("/t/acme/clusters/far", Navigation.Uri, StringComparison.Ordinal));
        Assert.Equal(["add far "], Clusters.Calls);
        Assert.DoesNotContain("canary-kubeconfig", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_of_a_cluster_says_what_it_lacks_and_which_rights_are_missing()
    {
        Clusters.All.Add(FakeClusters.View("far", "acme", ClusterState.Limited, "acme/shop/abroad"));

        var page = Render<TeamCluster>(with => with.Add(p => p.Team, "acme").Add(p => p.Cluster, "far"));

        page.WaitForAssertion(() => Assert.Contains("create deployments.apps", page.Markup, StringComparison.Ordinal));
        Assert.Contains("Node pages", page.Find("details").TextContent, StringComparison.Ordinal);
        Assert.Contains("acme/shop/abroad", page.Markup, StringComparison.Ordinal);
        Assert.Contains("delete them first", page.Find("button:contains('Remove cluster')").ParentElement!.OuterHtml, StringComparison.Ordinal);
    }

    [Fact]
    public void An_environment_is_made_on_the_cluster_that_is_chosen()
    {
        Clusters.All.Add(FakeClusters.View("far", "acme"));
        var page = Render<ProjectEnvironments>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop"));
        page.WaitForElement("button:contains('Create environment')").Click();
        page.WaitForElement("dialog select").Change("far");
        page.Find("dialog input").Input("abroad");

        page.Find("dialog form").Submit();

        page.WaitForAssertion(() => Assert.Equal("far", Assert.Single(Environments.All).Cluster?.Name));
    }

    [Fact]
    public void Without_the_right_every_control_says_so()
    {
        Authorizer.Role = Role.Maintainer;
        Clusters.All.Add(FakeClusters.View("far", "acme"));

        var page = Render<TeamCluster>(with => with.Add(p => p.Team, "acme").Add(p => p.Cluster, "far"));

        page.WaitForAssertion(() => Assert.All((string[])["Check now", "Rename", "Replace the kubeconfig", "Remove cluster"], name => Assert.Equal("true", page.Find($"button:contains('{name}')").GetAttribute("aria-disabled"))));
    }
}
