using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Config;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Secrets_are_revealed_to_few(Product product) : IClassFixture<Product>
{
    private const string Why = "the payment provider asks for it";

    [Fact]
    public async Task Only_owners_and_maintainers_see_a_value_and_only_after_a_fresh_sign_in()
    {
        var (owner, app) = await product.AppAsync("few");
        Product.Ok(await product.Get<IApps>().SetSecretAsync(owner, app, "KEY", new("canary-few"), default));
        foreach (var role in Enum.GetValues<Role>())
        {
            var actor = product.Accounts.Actor($"few-{role}");
            Product.Ok(await product.Get<IMembers>().AddAsync(owner, "few", actor.Email, role, default));
            var answer = await RevealAsync(Fresh(actor), app);
            Assert.Equal(role is Role.Owner or Role.Maintainer, answer.IsOk);
            if (!answer.IsOk) Assert.Equal(ErrorKind.Forbidden, answer.Error.Kind);
        }

        var now = product.Clock.GetUtcNow();
        foreach (var stale in (Actor[])
        [
            owner, owner with { SignedInAt = now.AddMinutes(-5) }, owner with { SignedInAt = now.AddMinutes(2) }, Fresh(owner) with { Scope = new("few", null) }, Fresh(owner) with { Scope = new(null, [Right.SecretReveal]) },
        ])
        {
            Product.Refused(ErrorKind.Forbidden, await RevealAsync(stale, app));
        }

        Assert.Equal("canary-few", Product.Ok(await RevealAsync(owner with { SignedInAt = now.AddMinutes(-4) }, app)).Value.Reveal());
    }

    [Fact]
    public async Task What_is_shown_is_in_the_audit_with_its_reason_and_without_its_value()
    {
        var (owner, app) = await product.AppAsync("noted");
        Product.Ok(await product.Get<IApps>().SetSecretAsync(owner, app, "KEY", new("canary-noted"), default));
        Assert.Equal("reason", Assert.Single(Product.Refused(ErrorKind.Invalid, await product.Get<ISecretReveals>().RevealAsync(Fresh(owner), app, "KEY", " no", default)).Fields).Path);

        Product.Ok(await RevealAsync(Fresh(owner), app));

        var acts = Product.Ok(await product.Get<IAudit>().ListAsync(owner, "noted", new(), default));
        var act = Assert.Single(acts, act => act.Action == "secret.reveal");
        Assert.Equal(("noted/shop/production/hello", $"KEY: {Why}", AuditOutcome.Done), (act.Target, act.Detail, act.Outcome));
        Assert.DoesNotContain(acts, act => act.Detail.Contains("canary", StringComparison.Ordinal));
        Assert.Equal("[redacted]", Product.Ok(await RevealAsync(Fresh(owner), app)).Value.ToString());
    }

    [Fact]
    public async Task A_rollback_brings_the_older_value_and_foreign_missing_and_certificates_answer_alike()
    {
        var (owner, app) = await product.AppAsync("older");
        Product.Ok(await product.Get<IApps>().SetSecretAsync(owner, app, "KEY", new("first"), default));
        await product.RolloutPassAsync();
        Product.Ok(await product.Get<IApps>().SetSecretAsync(owner, app, "KEY", new("second"), default));
        await product.RolloutPassAsync();
        Assert.Equal("second", Product.Ok(await RevealAsync(Fresh(owner), app)).Value.Reveal());

        Product.Ok(await product.Get<IReleases>().RollBackAsync(owner, app, 2, default));

        var shown = Product.Ok(await RevealAsync(Fresh(owner), app));
        Assert.Equal((1, "first"), (shown.Version, shown.Value.Reveal()));
        foreach (var name in (string[])["NONE", "tls/host", ""])
            Assert.Equal("There is no such secret.", Product.Refused(ErrorKind.NotFound, await product.Get<ISecretReveals>().RevealAsync(Fresh(owner), app, name, Why, default)).Message);
        var stranger = Fresh(product.Accounts.Actor("older-stranger"));
        Assert.Equal(
            Product.Refused(ErrorKind.NotFound, await RevealAsync(stranger, app with { Team = "older-missing" })), Product.Refused(ErrorKind.NotFound, await RevealAsync(stranger, app)));
    }

    private Actor Fresh(Actor actor) => actor with { SignedInAt = product.Clock.GetUtcNow() };

    private Task<Result<RevealedSecret>> RevealAsync(Actor actor, ScopeRef app) => product.Get<ISecretReveals>().RevealAsync(actor, app, "KEY", Why, default);
}
