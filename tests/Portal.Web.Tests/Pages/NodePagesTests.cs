using Bunit;
using Portal.Core.Nodes;
using Portal.Core.Results;
using Portal.Web.Pages;
using Portal.Web.Pages.Nodes;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Pages;

public sealed class NodePagesTests : ConsoleContext
{
    private IRenderedComponent<NodePage> Show() => Render<NodePage>(with => with.Add(p => p.Node, "node-1"));

    [Fact]
    public void The_list_says_capacity_state_and_agent_of_each_node()
    {
        Nodes.All.AddRange([FakeNodes.View(), FakeNodes.View("node-2", NodeState.Unknown)]);

        var page = Render<NodeList>();

        Assert.Contains("1 of 2 ready, 38 % of the processor and 25 % of the memory asked for", page.Text(), StringComparison.Ordinal);
        Assert.Contains("Silent Its agent was not heard of for too long.", page.Text(), StringComparison.Ordinal);
        Assert.Contains("1.5 / 4 · 0.35 in use", page.Text(), StringComparison.Ordinal);
        Assert.Contains("v1.32.0+portal-0.1.0", page.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_that_joins_a_machine_is_made_on_demand_and_shown_once()
    {
        Nodes.All.Add(FakeNodes.View());
        var page = Render<NodeList>();
        Assert.DoesNotContain("--token", page.Markup, StringComparison.Ordinal);

        page.Button("Add a node").Click();
        page.Button("Make the command").Click();
        Assert.StartsWith("portal agent --server", page.Find("[data-testid=join-command]").TextContent, StringComparison.Ordinal);

        page.FindAll("dialog footer button").Single(button => button.TextContent.Trim() == "Close").Click();
        Assert.DoesNotContain("--token", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_drain_is_previewed_before_it_begins()
    {
        Nodes.All.Add(FakeNodes.View());
        Nodes.Pods.AddRange(
        [
            new("acme-shop", "hello-web-1", "ReplicaSet hello-web", "Running", 100, 64 << 20, DrainMove.Moves, ""),
            new("kube-system", "dns-1", "DaemonSet dns", "Running", 10, 8 << 20, DrainMove.Stays, "Each node runs one of these."),
            new("default", "by-hand", null, "Running", 0, 0, DrainMove.IsLost, "Nothing would make it again: it was made by hand."),
        ]);
        var page = Show();

        page.Button("Drain…").Click();
        Assert.Contains("1 pods move to other nodes, 1 stay, 1 are lost.", page.Find("dialog [role=status]").TextContent, StringComparison.Ordinal);
        Assert.Empty(Nodes.Calls);

        page.Button("Drain now").Click();
        Assert.Equal("drain node-1", Assert.Single(Nodes.Calls));
    }

    [Fact]
    public void A_drain_that_goes_on_says_what_is_left_and_what_blocks_it()
    {
        Nodes.All.Add(FakeNodes.View(cordoned: true, drain: new(Place.Now.AddMinutes(-1), "ada@example.com", null, 2, "acme-shop/db-0 has to wait: its disruption budget allows no further loss now.")));

        var page = Show();

        Assert.Contains("Draining: 2 pods have to leave", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Contains("disruption budget", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Equal("It is being drained already.", page.Described(page.Button("Drain…")));
    }

    [Fact]
    public void Labels_taints_cordon_and_removal_reach_the_node_and_a_refusal_is_said()
    {
        Nodes.All.Add(FakeNodes.View());
        var page = Show();

        page.Field("Label key").Change("example.com/disk");
        page.Field("Label value").Change("ssd");
        page.FindAll("form")[0].Submit();
        page.Button("Remove the label kubernetes.io/os").Click();
        page.Button("Remove the taint example.com/gpu").Click();
        page.Button("Cordon").Click();
        Nodes.Refusal = Error.Conflict("7 pods still run there: drain the node first.");
        page.Button("Remove node…").Click();
        page.Field("Type node-1 to confirm").Input("node-1");
        page.Find("dialog[open] form, dialog form").Submit();

        Assert.Equal(["label node-1 example.com/disk=ssd", "label node-1 kubernetes.io/os=nothing", "untaint node-1 example.com/gpu:NoSchedule", "cordon node-1", "remove node-1"], Nodes.Calls);
        Assert.Contains("drain the node first", page.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_if_sends_the_question_and_tells_who_moves_and_who_finds_no_place()
    {
        Apps.All.Add(Samples.App());
        Observer.Publish(Samples.Snapshot());
        var page = Render<WhatIfPage>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production"));
        Assert.Contains("N-1: instances would find no place", page.Text(), StringComparison.Ordinal);

        page.Field("node-1").Change(true);
        page.Field("Instances of hello/web").Change("9");
        page.Find("form").Submit();

        Assert.Equal("node-1", Assert.Single(Placements.Asked!.LoseNodes));
        Assert.Equal(9, Assert.Single(Placements.Asked.Scale).Replicas);
        Assert.Contains("2 of 3 fit", page.Text(), StringComparison.Ordinal);
        Assert.Contains("No place", page.Text(), StringComparison.Ordinal);
    }
}
