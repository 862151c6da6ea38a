using Bunit;
using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Web.Pages.Apps;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Pages;

public sealed class DeclarationEditorTests : ConsoleContext
{
    private IRenderedComponent<AppNew> Show() => Render<AppNew>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production"));

    private static void Fill(IRenderedComponent<AppNew> page)
    {
        page.Field("App name").Change("hello");
        page.Field("Image").Change("localhost/portal/hello:1");
        page.Field("Port").Change("8080");
        page.Field("Instances").Change("2");
        page.Field("Size").Change("tiny");
        page.Field("Health path").Change("/healthz");
        page.Button("Add variable").Click();
        page.Field("Variable 1 name").Change("GREETING");
        page.Field("Variable 1 value").Change("hello");
        page.Button("Add secret").Click();
        page.Field("Secret 1 name").Change("API_KEY");
        page.Field("Secret 1 value").Change("correct horse");
        page.Button("Add domain").Click();
        page.Field("Domain 1").Change("hello.example.com");
    }

    [Fact]
    public void The_form_shows_the_plan_first_and_deploys_exactly_it()
    {
        var page = Show();
        Fill(page);

        page.Find("form").Submit();
        Assert.Contains("Release 1: 2 objects created", page.Text(), StringComparison.Ordinal);
        Assert.Null(Apps.Declared);

        page.Button("Deploy").Click();

        Assert.Equal("declare hello by plan-1", Assert.Single(Apps.Calls));
        var spec = Apps.Declared!.Spec;
        Assert.Equal(("localhost/portal/hello:1", 8080, 2, "tiny", "/healthz"), (spec.Image, spec.Processes["web"].Port, spec.Processes["web"].Replicas, spec.Processes["web"].Size, spec.Processes["web"].Health!.Path));
        Assert.Equal("hello", spec.Env["GREETING"]);
        Assert.Equal(["API_KEY"], spec.Secrets);
        Assert.Equal(["hello.example.com"], spec.Domains);
        Assert.Equal("correct horse", Apps.DeclaredSecrets!["API_KEY"].Reveal());
        Assert.EndsWith("/t/acme/p/shop/e/production/apps/hello", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_fault_stands_beside_its_field_and_nothing_is_planned()
    {
        var page = Show();
        Fill(page);
        page.Field("App name").Change("Hello World");
        page.Field("Port").Change("70000");
        page.Field("Domain 1").Change("no spaces please");

        page.Find("form").Submit();

        Assert.Null(Plans.Planned);
        foreach (var label in (string[])["App name", "Port", "Domain 1"])
        {
            Assert.Equal("true", page.Field(label).GetAttribute("aria-invalid"));
            Assert.NotEmpty(page.Described(page.Field(label)));
        }
        Assert.Null(page.Field("Image").GetAttribute("aria-invalid"));
    }

    [Fact]
    public void An_empty_form_asks_for_a_name_and_an_image_in_plain_words()
    {
        var page = Show();

        page.Find("form").Submit();

        Assert.StartsWith("Give the app a name. ", page.Described(page.Field("App name")), StringComparison.Ordinal);
        Assert.StartsWith("Say which image to run. ", page.Described(page.Field("Image")), StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_number_stays_visible_with_its_fault()
    {
        var page = Show();
        Fill(page);
        page.Field("Port").Change("80a");

        page.Find("form").Submit();

        Assert.Equal("80a", page.Field("Port").GetAttribute("value"));
        Assert.Contains("The port is a whole number from 1 to 65535.", page.Described(page.Field("Port")), StringComparison.Ordinal);
        Assert.Null(Plans.Planned);
    }

    [Fact]
    public void Form_and_yaml_carry_each_other_over()
    {
        var page = Show();
        Fill(page);

        page.Button("YAML").Click();
        var yaml = page.Field("Declaration as YAML").GetAttribute("value")!;
        Assert.Contains("GREETING: hello", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("correct horse", yaml, StringComparison.Ordinal);

        page.Field("Declaration as YAML").Change(yaml.Replace("GREETING: hello", "GREETING: good day", StringComparison.Ordinal));
        page.Button("Form").Click();

        Assert.Equal("good day", page.Field("Variable 1 value").GetAttribute("value"));
        Assert.Equal("tiny", page.Field("Size").GetAttribute("value"));
        Assert.Equal("correct horse", page.Field("Secret 1 value").GetAttribute("value"));
    }

    [Fact]
    public void Yaml_with_an_unknown_key_names_the_line_and_the_form_is_not_shown()
    {
        var page = Show();
        page.Button("YAML").Click();

        page.Field("Declaration as YAML").Change("apiVersion: portal/v1\nkind: App\nmetadata: { name: hello }\nspec:\n  image: localhost/portal/hello:1\n  colour: blue\n  processes: { web: { port: 8080 } }\n");
        Assert.Contains("Line 6", page.Described(page.Field("Declaration as YAML")), StringComparison.Ordinal);

        page.Button("Form").Click();
        Assert.NotNull(page.Field("Declaration as YAML"));
    }

    [Fact]
    public void What_only_yaml_can_say_survives_the_form()
    {
        var page = Show();
        page.Button("YAML").Click();
        page.Field("Declaration as YAML").Change("apiVersion: portal/v1\nkind: App\nmetadata: { name: hello }\nspec:\n  image: localhost/portal/hello:1\n  processes: { web: { port: 8080 } }\nenvironments:\n  staging: { processes: { web: { replicas: 1 } } }\n");
        page.Button("Form").Click();
        Assert.Contains("What differs in staging is kept as it is", page.Text(), StringComparison.Ordinal);

        page.Find("form").Submit();

        Assert.Equal(1, Plans.Planned!.Environments["staging"].Processes["web"].Replicas);
    }

    [Fact]
    public void A_stale_plan_is_a_conflict_above_the_plan_and_one_can_go_back()
    {
        var page = Show();
        Fill(page);
        page.Find("form").Submit();
        Apps.Refusal = Error.Conflict("The plan is stale: release 4 was made meanwhile.");

        page.Button("Deploy").Click();
        Assert.Contains("The plan is stale", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);

        page.Button("Back to the declaration").Click();
        Assert.Equal("hello", page.Field("App name").GetAttribute("value"));
    }

    [Fact]
    public void Faults_found_while_deploying_come_back_beside_the_fields()
    {
        var page = Show();
        Fill(page);
        page.Find("form").Submit();
        Apps.Refusal = Error.Invalid("spec.domains[0]", "hello.example.com belongs to another app.");

        page.Button("Deploy").Click();

        Assert.Contains("belongs to another app", page.Described(page.Field("Domain 1")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_change_reaches_the_browsers_draft_by_the_part_it_stands_in_and_never_a_secrets_value()
    {
        var page = Show();
        page.Field("Image").Change("localhost/portal/typed:1");
        page.Button("Add secret").Click();
        page.Field("Secret 1 name").Change("API_KEY");
        page.Field("Secret 1 value").Change("canary-draft");

        var kept = JSInterop.Invocations["Portal.keepDraft"].Select(call => (string)call.Arguments[2]!).ToList();
        Assert.Contains("localhost/portal/typed:1", kept[^1], StringComparison.Ordinal);
        Assert.Contains("API_KEY", kept[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(kept, draft => draft.Contains("canary", StringComparison.Ordinal));
        Assert.Equal("Secrets.0.Name", page.Field("Secret 1 name").GetAttribute("data-draft-field"));
        Assert.False(page.Field("Secret 1 value").HasAttribute("data-draft-field"));
    }

    [Fact]
    public void A_viewer_may_not_plan_and_reads_why()
    {
        Authorizer.Role = Role.Viewer;
        var page = Show();

        Assert.Contains("As Viewer you may not plan changes", page.Described(page.Button("Review plan")), StringComparison.Ordinal);
    }

    [Fact]
    public void Editing_keeps_the_name_and_secrets_that_are_left_empty()
    {
        Apps.All.Add(Samples.App());
        var page = Render<AppEdit>(with => with.Add(p => p.Team, "acme").Add(p => p.Project, "shop").Add(p => p.Env, "production").Add(p => p.App, "hello"));
        Assert.True(page.Field("App name").HasAttribute("readonly"));
        Assert.Equal("unchanged", page.Field("Secret 1 value").GetAttribute("placeholder"));

        page.Field("Variable 1 value").Change("bye");
        page.Find("form").Submit();
        page.Button("Deploy").Click();

        Assert.Equal("bye", Apps.Declared!.Spec.Env["GREETING"]);
        Assert.Empty(Apps.DeclaredSecrets!);
    }
}
