using Portal.Identity;
using Xunit;

namespace Portal.Tests.Identity;

public sealed class IdentityOptionsTests
{
    [Fact]
    public void All_faults_are_named_at_once_each_with_its_key()
    {
        var result = new PortalIdentityOptionsValidator().Validate(null, new PortalIdentityOptions
        {
            ClientId = "",
            SessionLifetime = TimeSpan.Zero,
            AdditionalOrigins = { "https://x.test/path" },
        });
        foreach (var key in new[] { "PublicUrl", "ConnectionString", "KeysDirectory", "SetupCodePath", "ClientId", "SessionLifetime", "AdditionalOrigins" })
            Assert.Contains(result.Failures!, fault => fault.StartsWith($"Identity:{key}:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://localhost:5080", false, true)]
    [InlineData("http://127.0.0.1:5080", false, true)]
    [InlineData("http://portal.localhost", false, true)]
    [InlineData("https://portal.example.com", false, true)]
    [InlineData("http://portal.example.com", false, false)]
    [InlineData("http://portal.example.com", true, true)]
    [InlineData("https://portal.example.com/path", false, false)]
    [InlineData("https://user@portal.example.com", false, false)]
    [InlineData("ftp://localhost", false, false)]
    public void Plain_http_needs_loopback_or_an_explicit_yes(string url, bool allow, bool valid)
    {
        var result = new PortalIdentityOptionsValidator().Validate(null, new PortalIdentityOptions
        {
            PublicUrl = new Uri(url),
            AllowInsecureHttp = allow,
            ConnectionString = "Host=/x",
            KeysDirectory = "/x/keys",
            SetupCodePath = "/x/setup-code",
        });
        Assert.Equal(valid, result.Succeeded);
    }
}
