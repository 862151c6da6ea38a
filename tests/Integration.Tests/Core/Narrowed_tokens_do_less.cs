using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Plan;
using Portal.Core.Projects;
using Portal.Core.Releases;
using Portal.Core.Results;
using Portal.Core.Teams;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Narrowed_tokens_do_less(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task A_plan_only_token_plans_and_can_do_nothing()
    {
        var (owner, app) = await product.AppAsync("plan-only");
        var token = With(owner, null, "plan");
        Product.Ok(await product.Get<IPlans>().PlanAsync(token, app, Product.Hello(), null, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IApps>().DeclareAsync(token, app with { App = null }, Product.Hello(), null, null, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IApps>().ScaleAsync(token, app, "web", 3, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IReleases>().RollBackAsync(token, app, 1, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IApps>().DeleteAsync(token, app, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<ITeams>().CreateAsync(token, "plan-only-two", null, default));
    }

    [Fact]
    public async Task A_token_of_one_environment_is_blind_elsewhere()
    {
        var (owner, app) = await product.AppAsync("one-place");
        Product.Ok(await product.Get<IEnvironments>().CreateAsync(owner, "one-place", "shop", "staging", false, null, default));
        var (other, _) = await product.AppAsync("one-place-other");
        Product.Ok(await product.Get<IMembers>().AddAsync(other, "one-place-other", owner.Email, Role.Owner, default));
        var token = With(owner, "one-place/shop/production", null);

        Product.Ok(await product.Get<IApps>().GetAsync(token, app, default));
        var elsewhere = Product.Refused(ErrorKind.NotFound, await product.Get<IApps>().ListAsync(token, new("one-place", "shop", "staging"), default));
        Assert.Equal(Product.Refused(ErrorKind.NotFound, await product.Get<IApps>().ListAsync(owner, new("one-place", "shop", "missing"), default)).Message, elsewhere.Message);
        Product.Refused(ErrorKind.NotFound, await product.Get<IApps>().ListAsync(token, new("one-place-other", "shop", "production"), default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IProjects>().GetAsync(token, "one-place", "shop", default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IMembers>().ListAsync(token, "one-place", default));
    }

    [Fact]
    public async Task A_token_has_at_most_what_its_owner_has_now()
    {
        var (owner, app) = await product.AppAsync("now");
        var developer = product.Accounts.Actor("now-developer");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, "now", developer.Email, Role.Developer, default));
        var token = With(developer, "now", "AppView,Scale,AppDelete");
        Product.Ok(await product.Get<IApps>().ScaleAsync(token, app, "web", 1, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<IApps>().DeleteAsync(token, app, default));

        Product.Ok(await product.Get<IMembers>().ChangeRoleAsync(owner, "now", developer.UserId, Role.Viewer, default));

        Product.Refused(ErrorKind.Forbidden, await product.Get<IApps>().ScaleAsync(token, app, "web", 2, default));
    }

    [Theory]
    [InlineData("a/b/c/d", null)]
    [InlineData("a//b", null)]
    [InlineData(null, "NoSuchRight")]
    [InlineData(null, "3")]
    public void What_cannot_be_read_is_refused_and_once_stored_carries_nothing(string? place, string? rights)
    {
        Assert.False(TokenScope.Parse(place, rights).IsOk);
        Assert.Empty(TokenScope.Stored(place, rights)!.Rights!);
    }

    [Fact]
    public void A_narrowing_is_stored_as_it_is_read()
    {
        Assert.Null(TokenScope.Parse(null, "").Value);
        var read = TokenScope.Parse("acme/shop", "deploy").Value!;
        Assert.Equal(("acme/shop", "AppView,Deploy,LogsRead,Plan"), (read.PlaceText, read.RightsText));
        Assert.Equal((read.PlaceText, read.RightsText), (TokenScope.Stored(read.PlaceText, read.RightsText)!.PlaceText, TokenScope.Stored(read.PlaceText, read.RightsText)!.RightsText));
    }

    private static Actor With(Actor owner, string? place, string? rights) => owner with { Scope = TokenScope.Parse(place, rights).Value };
}
