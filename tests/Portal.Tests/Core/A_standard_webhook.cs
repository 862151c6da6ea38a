using System.Text;
using Portal.Core.Deliveries;
using Xunit;

namespace Portal.Tests.Core;

public sealed class A_standard_webhook
{
    // The vector of the specification's own libraries.
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const string Timestamp = "1614265330";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");

    [Fact]
    public void Signs_as_the_published_vector() => Assert.Equal(Signature, StandardWebhook.Sign(Secret, Id, Timestamp, Body));

    [Theory]
    [InlineData(Signature, true)]
    [InlineData("v1,AAAA " + Signature, true)]
    [InlineData(Signature + " v2,AAAA", true)]
    [InlineData("v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", false)]
    [InlineData("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", false)]
    [InlineData("v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", false)]
    [InlineData("v1,", false)]
    [InlineData("", false)]
    public void Verifies_a_list_of_signatures(string signatures, bool valid) => Assert.Equal(valid, StandardWebhook.Verify(Secret, Id, Timestamp, Body, signatures));

    [Fact]
    public void Makes_secrets_of_32_bytes()
    {
        var secret = StandardWebhook.NewSecret();
        Assert.Equal(32, Convert.FromBase64String(secret["whsec_".Length..]).Length);
        Assert.NotEqual(secret, StandardWebhook.NewSecret());
    }

    [Theory]
    [InlineData("1614265330", true)]
    [InlineData("1614265030", true)]
    [InlineData("1614265029", false)]
    [InlineData("1614265631", false)]
    [InlineData("-1614265330", false)]
    [InlineData("99999999999999999999", false)]
    [InlineData("soon", false)]
    public void Is_timely_within_five_minutes(string timestamp, bool timely) =>
        Assert.Equal(timely, StandardWebhook.IsTimely(timestamp, DateTimeOffset.FromUnixTimeSeconds(1614265330)));
}
