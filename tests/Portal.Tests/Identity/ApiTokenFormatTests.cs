using Portal.Identity.Tokens;
using Xunit;

namespace Portal.Tests.Identity;

public sealed class ApiTokenFormatTests
{
    [Fact]
    public void Tokens_are_well_formed_and_never_the_same()
    {
        var tokens = Enumerable.Range(0, 1000).Select(_ => ApiTokenFormat.Create()).ToList();
        Assert.All(tokens, token => Assert.True(ApiTokenFormat.IsWellFormed(token)));
        Assert.Equal(1000, tokens.Distinct().Count());
        Assert.Equal(1000, tokens.Select(ApiTokenFormat.Prefix).Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("ptl_")]
    [InlineData("PTL_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ptl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("ptl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'")]
    [InlineData("ptl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Anything_else_is_refused_before_the_database_is_asked(string token) => Assert.False(ApiTokenFormat.IsWellFormed(token));
}
