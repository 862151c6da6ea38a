using Bunit;
using Microsoft.AspNetCore.Components;
using Portal.Core.Observe;
using Portal.Web.Pages.Apps;
using Portal.Web.Tests.Doubles;
using Portal.Web.Ui;
using Xunit;

namespace Portal.Web.Tests.Ui;

public sealed class UiTests : ConsoleContext
{
    [Theory]
    [InlineData(HealthState.Healthy)]
    [InlineData(HealthState.Progressing)]
    [InlineData(HealthState.Degraded)]
    [InlineData(HealthState.Suspended)]
    [InlineData(HealthState.Missing)]
    [InlineData(HealthState.Unknown)]
    public void Health_is_always_an_icon_and_a_word(HealthState health)
    {
        var label = Render<HealthLabel>(with => with.Add(p => p.Health, health));

        Assert.Equal(health.ToString(), label.Text());
        Assert.NotEmpty(label.Find("svg path").GetAttribute("d")!);
    }

    [Fact]
    public void Every_icon_has_a_drawing()
    {
        foreach (var name in Enum.GetValues<IconName>()) Assert.NotEmpty(Render<Icon>(with => with.Add(p => p.Name, name)).Find("path").GetAttribute("d")!);
    }

    [Fact]
    public void A_disabled_button_keeps_its_focus_says_why_and_does_nothing()
    {
        var clicks = 0;
        var button = Render<Button>(with => with.Add(p => p.DisabledReason, "Your role is Viewer.").Add(p => p.OnClick, EventCallback.Factory.Create(this, () => clicks++)).AddChildContent("Deploy"));

        button.Find("button").Click();

        Assert.Equal(0, clicks);
        Assert.False(button.Find("button").HasAttribute("disabled"));
        Assert.Equal("Your role is Viewer.", button.Described(button.Find("button")));
    }

    [Fact]
    public void A_panel_that_fails_says_so_in_its_place_and_recovers()
    {
        var broken = true;
        var panel = Render<Panel>(with => with.Add(p => p.Title, "Events").Add(p => p.ChildContent, builder =>
        {
            builder.OpenComponent<Fragile>(0);
            builder.AddComponentParameter(1, nameof(Fragile.Broken), (Func<bool>)(() => broken));
            builder.CloseComponent();
        }));
        Assert.Contains("This part of the page failed", panel.Find("[role=alert]").TextContent, StringComparison.Ordinal);

        broken = false;
        panel.Button("Retry").Click();

        Assert.Contains("fine", panel.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Toasts_are_announced_and_leave_except_failures()
    {
        var group = Render<ToastGroup>();
        Toasts.Success("Release 4: web scaled to 3");
        Toasts.Failure("That did not work.");
        group.WaitForAssertion(() => Assert.Equal(2, group.FindAll("li").Count));
        Assert.Equal("status", group.Find("ul").GetAttribute("role"));

        Time.Advance(TimeSpan.FromSeconds(9));
        group.WaitForAssertion(() => Assert.Equal("That did not work.", Assert.Single(group.FindAll("li")).TextContent.Fold()));

        group.Button("Close notification").Click();
        Assert.Empty(Toasts.Shown);
    }

    [Theory]
    [InlineData("work --queue mail")]
    [InlineData("sh -c \"echo \\\"hello world\\\"\"")]
    [InlineData("run \"\" last")]
    public void A_command_line_survives_being_split_and_joined(string line) => Assert.Equal(line, CommandLine.Join(CommandLine.Split(line)));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59, "59s")]
    [InlineData(61, "1m")]
    [InlineData(7200, "2h")]
    [InlineData(200000, "2d")]
    public void Ages_are_short(int seconds, string words) => Assert.Equal(words, Ages.Since(Place.Now.AddSeconds(-seconds), Place.Now));

    private sealed class Fragile : ComponentBase
    {
        [Parameter] public Func<bool> Broken { get; set; } = () => false;

        protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder)
        {
            if (Broken()) throw new InvalidOperationException("broken");
            builder.AddContent(0, "fine");
        }
    }
}
