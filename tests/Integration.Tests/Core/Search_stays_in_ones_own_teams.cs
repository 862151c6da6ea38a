using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Results;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Search_stays_in_ones_own_teams(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task Apps_are_found_by_every_word_of_their_path_and_never_in_a_foreign_team()
    {
        var (owner, _) = await product.AppAsync("search-mine");
        await product.AppAsync("search-other");
        var search = product.Get<IAppSearch>();

        var found = Product.Ok(await search.FindAsync(owner, "hel", 10, default));
        Assert.Equal(new AppHit("search-mine", "shop", "production", "hello"), Assert.Single(found));
        Assert.Single(Product.Ok(await search.FindAsync(owner, "shop/production hello", 10, default)));
        Assert.Empty(Product.Ok(await search.FindAsync(owner, "search-other", 10, default)));
        Assert.Empty(Product.Ok(await search.FindAsync(owner, "hello nowhere", 10, default)));
    }

    [Theory]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("\\")]
    [InlineData("")]
    [InlineData("   ")]
    public async Task Signs_of_a_pattern_are_taken_as_they_are(string text)
    {
        var (owner, _) = await product.AppAsync($"search-signs-{(uint)text.GetHashCode(StringComparison.Ordinal)}");

        Assert.Empty(Product.Ok(await product.Get<IAppSearch>().FindAsync(owner, text, 10, default)));
    }

    [Fact]
    public async Task A_token_of_one_team_searches_that_team_alone_and_limits_are_checked()
    {
        var (owner, _) = await product.AppAsync("search-token");
        var search = product.Get<IAppSearch>();

        Assert.Single(Product.Ok(await search.FindAsync(owner with { Scope = new TokenScope("search-token", null) }, "hello", 10, default)));
        Assert.Empty(Product.Ok(await search.FindAsync(owner with { Scope = new TokenScope("search-mine", null) }, "hello", 10, default)));
        Assert.Equal(ErrorKind.Invalid, (await search.FindAsync(owner, "hello", 51, default)).Error!.Kind);
    }
}
