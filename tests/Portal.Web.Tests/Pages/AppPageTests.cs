using Bunit;
using Portal.Core.Deliveries;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Releases;
using Portal.Core.Results;
using Portal.Web.Pages.Apps;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Pages;

public sealed class AppPageTests : ConsoleContext
{
    public AppPageTests()
    {
        Apps.All.Add(Samples.App());
        Observer.Publish(Samples.Snapshot());
    }

    private IRenderedComponent<AppPage> Show(string? tab = null)
    {
        var page = Render<AppPage>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production").Add(p => p.App, "hello").Add(p => p.Tab, tab));
        if (Apps.Error is null && Authorizer.Error is null) page.WaitForAssertion(() => Assert.Equal(1, Observer.Open));
        return page;
    }

    [Fact]
    public void The_overview_tells_health_rollout_address_instances_and_events()
    {
        var page = Show();

        page.WaitForAssertion(() => Assert.Contains("2 of 2 ready", page.Text(), StringComparison.Ordinal));
        Assert.Contains("Every instance asked for runs and is ready.", page.Text(), StringComparison.Ordinal);
        Assert.Contains("hello-web-5d9f7c-k2xqp", page.Text(), StringComparison.Ordinal);
        Assert.Contains("0 of 1 nodes fit: not enough memory ×3", page.Text(), StringComparison.Ordinal);
        Assert.Equal("http://hello-production-shop.apps.localhost:8080/", page.Link("Open app").GetAttribute("href"));
        Assert.Contains(page.FindAll("a"), link => link.GetAttribute("href") == "http://hello.example.com:8080/");
    }

    [Fact]
    public void Instances_become_ready_without_a_refresh()
    {
        Observer.Publish(Samples.Snapshot(health: HealthState.Progressing, reason: "1 of 2 instances ready", ready: 1));
        var page = Show("instances");
        page.WaitForAssertion(() => Assert.Contains("The readiness probe does not answer yet.", page.Text(), StringComparison.Ordinal));

        Time.Advance(TimeSpan.FromSeconds(1));
        Observer.Publish(Samples.Snapshot());

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tbody .pf-m-success").Count));
        Assert.Contains("Healthy", page.Find("h1").ParentElement!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_from_an_old_watch_is_called_stale()
    {
        Observer.Publish(Samples.Snapshot() with { Age = TimeSpan.FromSeconds(40) });

        var page = Show();

        page.WaitForAssertion(() => Assert.Contains("Updates stopped, data as of 11:59:20 UTC", page.Text(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_foreign_app_reads_like_a_missing_one_on_every_tab()
    {
        Authorizer.Error = Error.NotFound("app");

        foreach (var tab in (string[])["overview", "releases", "logs", "instances", "config", "network", "webhooks", "settings"])
        {
            Assert.Contains("Not found There is no such app.", Show(tab).Text(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rolling_back_shows_what_changes_and_asks_first()
    {
        Releases.All.AddRange([Samples.Release(3), Samples.Release(2)]);
        var page = Show("releases");

        page.Button("Roll back to release 2").Click();
        Assert.Equal("diff 3 2", Assert.Single(Releases.Calls));
        Assert.Contains("processes.web.replicas", page.Text(), StringComparison.Ordinal);

        page.Button("Roll back now").Click();
        Assert.Contains("roll back to 2", Releases.Calls);
        Assert.Contains("#4", page.Find("tbody tr").TextContent, StringComparison.Ordinal);
        Assert.Equal("Release 4: rolled back to release 2", Assert.Single(Toasts.Shown).Text);
    }

    [Fact]
    public void The_newest_release_is_live_and_older_ones_are_replaced()
    {
        Releases.All.AddRange([Samples.Release(3), Samples.Release(2), Samples.Release(1, RolloutState.Failed)]);

        var rows = Show("releases").FindAll("tbody tr");

        Assert.Contains("Live", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Replaced", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("Failed", rows[2].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_viewer_cannot_roll_back_and_reads_why()
    {
        Authorizer.Role = Role.Viewer;
        Releases.All.AddRange([Samples.Release(3), Samples.Release(2)]);
        var page = Show("releases");

        page.Button("Roll back to release 2").Click();

        Assert.Empty(Releases.Calls);
        Assert.Contains("As Viewer you may not deploy", page.Described(page.Button("Roll back to release 2")), StringComparison.Ordinal);
    }

    [Fact]
    public void Scaling_asks_for_a_whole_number_and_then_makes_a_release()
    {
        var page = Show("settings");

        page.Field("Instances of web").Change("many");
        page.FindAll("form")[0].Submit();
        Assert.Empty(Apps.Calls);
        Assert.Contains("Give a whole number from 0 to 100.", page.Described(page.Field("Instances of web")), StringComparison.Ordinal);

        page.Field("Instances of web").Change("3");
        page.FindAll("form")[0].Submit();
        Assert.Equal("scale web to 3", Assert.Single(Apps.Calls));
        Assert.Equal("3", page.Field("Instances of web").GetAttribute("value"));
    }

    [Fact]
    public void A_conflict_is_said_in_words_and_nothing_is_lost()
    {
        Apps.Refusal = Error.Conflict("Release 4 was made by grace@example.com meanwhile.");
        var page = Show("settings");

        page.Field("Instances of web").Change("3");
        page.FindAll("form")[0].Submit();

        Assert.Contains("Release 4 was made by grace@example.com meanwhile.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Equal("3", page.Field("Instances of web").GetAttribute("value"));
    }

    [Fact]
    public void An_app_is_deleted_by_typing_its_name()
    {
        var page = Show("settings");

        page.Button("Delete app…").Click();
        page.Find("dialog form").Submit();
        Assert.Empty(Apps.Calls);

        page.Field("Type hello to confirm").Input("hello");
        page.Find("dialog form").Submit();
        Assert.Equal("delete hello", Assert.Single(Apps.Calls));
        Assert.EndsWith("/t/acme/p/shop/e/production/apps", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Renaming_says_what_stays_and_what_leads_nowhere_before_it_is_done()
    {
        var page = Show("settings");

        page.Field("New name").Change("");
        page.Button("Review the rename").Closest("form")!.Submit();
        Assert.Contains("An app's name is at most 30", page.Described(page.Field("New name")), StringComparison.Ordinal);

        page.Field("New name").Change("greeter");
        page.Button("Review the rename").Closest("form")!.Submit();
        Assert.Contains("It goes on answering at http://hello-production-shop.apps.localhost:8080/", page.Text(), StringComparison.Ordinal);
        Assert.Contains("The volume data (hello-data-1a2b3c4d) stays", page.Text(), StringComparison.Ordinal);
        Assert.Contains("/t/acme/p/shop/e/production/apps/hello leads nowhere afterwards", page.Text(), StringComparison.Ordinal);
        Assert.Empty(AppNames.Calls);

        page.Button("Rename app").Click();
        Assert.Equal("hello to greeter", Assert.Single(AppNames.Calls));
        Assert.EndsWith("/apps/greeter/settings", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_are_edited_added_and_removed_in_place()
    {
        var page = Show("config");

        page.Button("Edit GREETING").Click();
        page.Field("Value of GREETING").Input("good day");
        page.Find("form.portal-inline-edit").Submit();
        Assert.Equal("set GREETING to good day", Apps.Calls[^1]);
        Assert.Contains("good day", page.Text(), StringComparison.Ordinal);

        page.Field("Variable name").Change("COLOUR");
        page.Field("Variable value").Change("blue");
        page.FindAll("form")[0].Submit();
        Assert.Equal("set COLOUR to blue", Apps.Calls[^1]);

        page.Button("Remove COLOUR").Click();
        Assert.Equal("set COLOUR to nothing", Apps.Calls[^1]);
    }

    [Fact]
    public void A_secret_goes_in_and_never_comes_out()
    {
        var page = Show("config");

        page.Field("Secret name").Change("API_KEY");
        page.Field("Secret value").Change("correct horse");
        page.FindAll("form")[1].Submit();

        Assert.Equal("secret API_KEY of 13 characters", Apps.Calls[^1]);
        Assert.Equal("password", page.Field("Secret value").GetAttribute("type"));
        Assert.DoesNotContain("correct horse", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_revealed_only_after_a_fresh_sign_in_and_by_the_script_alone()
    {
        Apps.All[0] = Apps.All[0] with { Secrets = [new("API_KEY", 2, Place.Now)], Declaration = Apps.All[0].Declaration with { Spec = Apps.All[0].Declaration.Spec with { Secrets = ["API_KEY"] } } };
        SignedInAt = Place.Now.AddMinutes(-6);
        var page = Show("config");

        page.Button("Reveal API_KEY").Click();
        Assert.Equal("/account/confirm?returnUrl=%2Ft%2Facme%2Fp%2Fshop%2Fe%2Fproduction%2Fapps%2Fhello%2Fconfig%3Freveal%3DAPI_KEY", page.Link("Sign in again").GetAttribute("href"));
        Assert.Empty(page.FindAll("[data-reveal]"));
        page.Button("Close").Click();

        SignedInAt = Place.Now.AddMinutes(-1);
        page.Button("Reveal API_KEY").Click();
        Assert.Equal("/api/v1/teams/acme/projects/shop/environments/production/apps/hello/secrets/API_KEY/reveal", page.Find("[data-address]").GetAttribute("data-address"));
        Assert.Equal("", page.Find("[data-value]").TextContent);
        Assert.True(page.Find("[data-value]").HasAttribute("hidden"));
    }

    [Fact]
    public void An_administrator_who_may_not_reveal_reads_why()
    {
        Authorizer.Role = Role.Admin;
        Apps.All[0] = Apps.All[0] with { Secrets = [new("API_KEY", 2, Place.Now)], Declaration = Apps.All[0].Declaration with { Spec = Apps.All[0].Declaration.Spec with { Secrets = ["API_KEY"] } } };
        var page = Show("config");

        page.Button("Reveal API_KEY").Click();

        Assert.Empty(page.FindAll("dialog [data-address]"));
        Assert.Contains("As Admin you may not reveal secrets.", page.Described(page.Button("Reveal API_KEY")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_domain_that_another_app_has_is_refused_in_words_and_a_free_one_is_added()
    {
        var page = Show("network");

        Domains.Refusal = Error.Invalid("host", "A domain has at least two labels.");
        page.Field("Domain").Change("localhost");
        page.Find("form").Submit();
        Assert.Contains("at least two labels", page.Described(page.Field("Domain")), StringComparison.Ordinal);

        Domains.Refusal = null;
        page.Field("Domain").Change("shop.example.com");
        page.Find("form").Submit();
        Assert.Contains("shop.example.com", page.Find("table").TextContent, StringComparison.Ordinal);

        page.Button("Remove hello.example.com").Click();
        page.Button("Remove domain").Click();
        Assert.DoesNotContain(Domains.All, domain => domain.Host == "hello.example.com");
    }

    [Fact]
    public void A_webhook_secret_is_shown_once()
    {
        var page = Show("webhooks");

        page.Field("Endpoint description").Change("Our registry");
        page.Find("form").Submit();
        Assert.Equal("whsec_c2VjcmV0", page.Find("[data-testid=webhook-secret]").TextContent);
        Assert.EndsWith("/hooks/ep1", page.Find("[data-testid=webhook-address]").TextContent, StringComparison.Ordinal);

        page.Button("I have copied it").Click();
        Assert.DoesNotContain("whsec_", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_delivery_shows_its_verdict_and_the_reason()
    {
        Webhooks.All.Add(new("ep1", "Our registry", Place.Now, null));
        Webhooks.Deliveries.Add(new(Guid.NewGuid(), "msg_1", DeliveryState.Ignored, "The image is the present one.", "image.pushed", null, 49, Place.Now));
        var page = Show("webhooks");

        page.Button("Deliveries of Our registry").Click();

        Assert.Contains("Ignored The image is the present one.", page.Text(), StringComparison.Ordinal);
        Assert.Contains("49", page.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Logs_are_read_by_the_script_from_the_stream_of_the_chosen_instance()
    {
        var module = JSInterop.SetupModule("./js/logs.js");
        module.Mode = JSRuntimeMode.Loose;
        var viewer = module.SetupModule("open", _ => true);
        viewer.Mode = JSRuntimeMode.Loose;
        var page = Show("logs");

        page.WaitForAssertion(() => Assert.Equal("/api/v1/teams/acme/projects/shop/environments/production/apps/hello/logs?follow=true&tail=1000", viewer.Invocations["read"][^1].Arguments[0]));
        page.Field("Instance").Change("hello-web-5d9f7c-k2xqp");

        page.WaitForAssertion(() => Assert.EndsWith("&instance=hello-web-5d9f7c-k2xqp", (string)viewer.Invocations["read"][^1].Arguments[0]!, StringComparison.Ordinal));
        Assert.Contains("instance=hello-web-5d9f7c-k2xqp", Navigation.Uri, StringComparison.Ordinal);
        Assert.Contains("Known secrets are redacted on the node", page.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_searched_in_the_logs_stands_in_the_address_and_is_asked_of_the_server()
    {
        var module = JSInterop.SetupModule("./js/logs.js");
        module.Mode = JSRuntimeMode.Loose;
        var viewer = module.SetupModule("open", _ => true);
        viewer.Mode = JSRuntimeMode.Loose;
        Logs.Unprotected.Add("node-7");
        var page = Show("logs");

        page.Field("Search").Change("time out");
        page.Field("Level").Change("Error");
        page.Field("Time range").Change("15m");

        page.WaitForAssertion(() => Assert.EndsWith(
            $"logs?follow=true&tail=10000&search=time%20out&level=Error&since={Uri.EscapeDataString(Place.Now.AddMinutes(-15).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture))}",
            (string)viewer.Invocations["read"][^1].Arguments[0]!, StringComparison.Ordinal));
        Assert.Contains("search=time%20out", Navigation.Uri, StringComparison.Ordinal);
        Assert.Contains("download=true&tail=10000&search=time%20out", page.Link("Download").GetAttribute("href"), StringComparison.Ordinal);
        Assert.Contains("Not redacted on node-7", page.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Logs_of_the_previous_container_are_not_followed()
    {
        var module = JSInterop.SetupModule("./js/logs.js");
        module.Mode = JSRuntimeMode.Loose;
        var viewer = module.SetupModule("open", _ => true);
        viewer.Mode = JSRuntimeMode.Loose;
        var page = Show("logs");

        page.FindAll("label").Single(label => label.TextContent.Fold() == "Previous container").QuerySelector("input")!.Change(true);

        page.WaitForAssertion(() => Assert.EndsWith("logs?follow=false&tail=1000&previous=true", (string)viewer.Invocations["read"][^1].Arguments[0]!, StringComparison.Ordinal));
    }

    [Fact]
    public void Figures_are_read_by_the_script_over_the_chosen_time()
    {
        var module = JSInterop.SetupModule("./js/metrics.js");
        module.Mode = JSRuntimeMode.Loose;
        var charts = module.SetupModule("open", _ => true);
        charts.Mode = JSRuntimeMode.Loose;
        var page = Show("metrics");
        page.WaitForAssertion(() => Assert.Equal("/api/v1/teams/acme/projects/shop/environments/production/apps/hello/metrics?minutes=60", charts.Invocations["read"][^1].Arguments[0]));

        page.Field("Time range").Change("360");

        page.WaitForAssertion(() => Assert.EndsWith("metrics?minutes=360", (string)charts.Invocations["read"][^1].Arguments[0]!, StringComparison.Ordinal));
        Assert.Contains("range=360", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_auditor_reads_no_figures_and_opens_no_terminal()
    {
        Authorizer.Role = Role.Auditor;
        Assert.Contains("As Auditor you may not read figures", Show("metrics").Text(), StringComparison.Ordinal);
        await DisposeComponentsAsync();
        Observer.Publish(Samples.Snapshot());
        var page = Show("instances");
        page.WaitForAssertion(() => Assert.Equal("true", page.Button("Terminal in hello-web-5d9f7c-k2xqp").GetAttribute("aria-disabled")));
    }

    [Fact]
    public void Who_may_not_read_logs_reads_why_and_no_stream_is_opened()
    {
        Authorizer.Role = Role.Viewer;

        var page = Show("logs");

        Assert.Contains("As Viewer you may not read logs", page.Text(), StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-log-lines]"));
    }

    [Fact]
    public void A_running_rollout_shows_its_steps_and_can_be_cancelled()
    {
        Observer.Publish(Samples.Snapshot(health: HealthState.Progressing, ready: 1, rollout: Samples.Rollout(4, RolloutState.Rolling, "Waiting for 1 instance")));
        var page = Show();

        page.WaitForAssertion(() => Assert.Contains("Waiting for 1 instance", page.Text(), StringComparison.Ordinal));
        Assert.Contains("Rolling out (in progress)", page.Find("[aria-current=step]").TextContent.Fold(), StringComparison.Ordinal);
        page.Button("Cancel rollout").Click();

        Assert.Equal("cancel 4", Assert.Single(Releases.Calls));
    }
}
