using Kube.Node.Pods;
using Xunit;

namespace Kube.Tests.Node;

public sealed class VariableExpansionTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["A"] = "one", ["B_2"] = "two", ["EMPTY"] = "" };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$(A)", "one")]
    [InlineData("x$(A)y$(B_2)z", "xoneytwoz")]
    [InlineData("$(UNKNOWN)", "$(UNKNOWN)")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$$$(A)", "$one")]
    [InlineData("$A ${A}", "$A ${A}")]
    [InlineData("$(A", "$(A")]
    [InlineData("cost: 5$", "cost: 5$")]
    [InlineData("[$(EMPTY)]", "[]")]
    public void A_known_name_is_replaced_and_everything_else_stays(string text, string expected) =>
        Assert.Equal(expected, VariableExpansion.Expand(text, Variables));
}
