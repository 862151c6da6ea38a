using System.Text;
using Kube.Node.Images;
using Xunit;

namespace Kube.Tests.Node;

public sealed class RegistryCredentialsTests
{
    [Theory]
    [InlineData("registry.example.com", "registry.example.com/web:1", true)]
    [InlineData("registry.example.com", "registry.example.com.evil.org/web:1", false)]
    [InlineData("registry.example.com:5000", "registry.example.com:5000/web:1", true)]
    [InlineData("registry.example.com", "registry.example.com:5000/web:1", false)]
    [InlineData("*.example.com", "registry.example.com/web:1", true)]
    [InlineData("*.example.com", "a.b.example.com/web:1", false)]
    [InlineData("registry.example.com/team", "registry.example.com/team/web:1", true)]
    [InlineData("registry.example.com/team", "registry.example.com/other/web:1", false)]
    [InlineData("docker.io", "docker.io/library/web:1", true)]
    public void A_key_covers_the_registry_it_names(string key, string reference, bool fits) => Assert.Equal(fits, RegistryCredentials.Fits(key, reference));

    [Fact]
    public void Both_forms_of_secret_are_read()
    {
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes("me:pass:word"));
        var current = Assert.Single(RegistryCredentials.Read(Data(".dockerconfigjson", $$$"""{"auths":{"https://index.docker.io/v1/":{"auth":"{{{pair}}}"} } }""")));
        Assert.Equal(("docker.io", "me", "pass:word"), (current.Key, current.Auth.Username, current.Auth.Password));
        var old = Assert.Single(RegistryCredentials.Read(Data(".dockercfg", """{"https://registry.example.com":{"username":"me","password":"p"}}""")));
        Assert.Equal(("registry.example.com", "me", "p"), (old.Key, old.Auth.Username, old.Auth.Password));
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("{\"auths\":7}")]
    [InlineData("{\"auths\":{\"registry.example.com\":{\"auth\":\"not base64!\"}}}")]
    public void What_cannot_be_read_is_passed_over(string json) => Assert.Empty(RegistryCredentials.Read(Data(".dockerconfigjson", json)));

    private static Dictionary<string, byte[]> Data(string key, string text) => new() { [key] = Encoding.UTF8.GetBytes(text) };
}
