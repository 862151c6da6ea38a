using Portal.Identity.Accounts;
using Portal.Identity.SignIn;
using Portal.Identity.Tokens;
using Xunit;

namespace Portal.Tests.Identity;

public sealed class SecretTextTests
{
    [Fact]
    public void Records_that_carry_a_secret_do_not_print_it()
    {
        const string Secret = "canary-4711";
        var summary = new ApiTokenSummary(Guid.Empty, "n", "p", default, default, null, null);
        Assert.DoesNotContain(Secret, new NewUser("a@b.test", Secret).ToString());
        Assert.DoesNotContain(Secret, new SignInAttempt("a@b.test", Secret, null, null, Secret).ToString());
        Assert.DoesNotContain(Secret, new CreatedApiToken(Secret, summary).ToString());
    }
}
