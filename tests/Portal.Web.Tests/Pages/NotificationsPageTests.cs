using Bunit;
using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Web.Pages;
using Portal.Web.Tests.Doubles;
using Xunit;

namespace Portal.Web.Tests.Pages;

public sealed class NotificationsPageTests : ConsoleContext
{
    [Fact]
    public void A_signed_webhook_is_added_and_its_secret_shown_once()
    {
        var page = Show();
        Assert.Contains("No channels yet", page.Text(), StringComparison.Ordinal);
        page.Field("Name").Change("Ops");
        page.Field("Address (https)").Change("https://ops.example.com/hook");
        page.Field("Events").Change("rollout.*, member.add");
        page.Find("form").Submit();

        Assert.Equal("create Ops Webhook https://ops.example.com/hook rollout.*|member.add ", Assert.Single(Notifications.Calls));
        Assert.Equal("whsec_canary", page.Find("[data-testid=channel-secret]").TextContent);
        page.Button("I have copied it").Click();
        Assert.DoesNotContain("whsec_", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_stand_beside_their_fields()
    {
        Notifications.Refusal = Error.Invalid(new FieldError("target", "Must be an https address."), new FieldError("events[0]", "There is no such event."));
        var page = Show();
        page.Find("form").Submit();

        Assert.Equal("Must be an https address.", page.Described(page.Field("Address (https)")));
        Assert.Contains("There is no such event.", page.Described(page.Field("Events")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_shows_what_came_of_it_and_a_message_is_sent_again()
    {
        Notifications.All.Add(FakeNotifications.Channel("Chat"));
        var page = Show();
        page.Button("Test Chat").Click();
        Assert.Contains("The receiver answered 500.", page.Text(), StringComparison.Ordinal);

        page.Button("Send again: test").Click();

        Assert.Contains("replay", Notifications.Calls);
    }

    [Fact]
    public void A_disabled_channel_says_why_and_is_enabled_again()
    {
        Notifications.All.Add(FakeNotifications.Channel("Chat", Place.Now));
        var page = Show();
        Assert.Contains("Nothing has come through for five days.", page.Text(), StringComparison.Ordinal);
        page.Button("Enable Chat").Click();
        Assert.Equal("enable", Assert.Single(Notifications.Calls));
    }

    [Fact]
    public void A_developer_sees_the_channels_and_why_they_cannot_be_changed()
    {
        Authorizer.Role = Role.Developer;
        Notifications.All.Add(FakeNotifications.Channel("Chat"));
        var page = Show();
        var test = page.Button("Test Chat");
        test.Click();
        Assert.Empty(Notifications.Messages);
        Assert.Contains("As Developer you may not manage webhooks.", page.Described(test), StringComparison.Ordinal);
    }

    private IRenderedComponent<TeamNotifications> Show() => Render<TeamNotifications>(with => with.Add(p => p.Team, "acme"));
}
