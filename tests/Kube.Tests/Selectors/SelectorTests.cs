using Kube.Machinery.Selectors;
using Xunit;

namespace Kube.Tests.Selectors;

public sealed class SelectorTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "web", ["tier"] = "front", ["size"] = "7" };

    [Theory]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app==web,tier=front", true)]
    [InlineData("app!=web", false)]
    [InlineData("missing!=x", true)]
    [InlineData("app in (web, db)", true)]
    [InlineData("app notin (web)", false)]
    [InlineData("missing notin (a)", true)]
    [InlineData("app", true)]
    [InlineData("!app", false)]
    [InlineData("!missing", true)]
    [InlineData("size>5", true)]
    [InlineData("size<5", false)]
    [InlineData("app in (), !x", false)]
    public void A_label_selector_matches_as_documented(string selector, bool matches) => Assert.Equal(matches, LabelSelector.Parse(selector).Matches(Labels));

    [Theory]
    [InlineData("a b")]
    [InlineData("=x")]
    [InlineData("a in x")]
    [InlineData("a in (x")]
    [InlineData("a,,b")]
    [InlineData("a>x")]
    [InlineData("-a=b")]
    public void A_broken_label_selector_is_refused(string selector) => Assert.Throws<FormatException>(() => LabelSelector.Parse(selector).Matches(Labels));

    [Fact]
    public void A_field_selector_compares_and_unescapes()
    {
        var selector = FieldSelector.Parse(@"metadata.name=a\,b,status.phase!=Running");
        Assert.True(selector.Matches(field => field == "metadata.name" ? "a,b" : "Pending"));
        Assert.False(selector.Matches(field => field == "metadata.name" ? "a,b" : "Running"));
        Assert.Equal("a,b", selector.Exactly("metadata.name"));
        Assert.Throws<FormatException>(() => FieldSelector.Parse("metadata.name"));
    }
}
