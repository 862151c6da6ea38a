using Kube.Node;
using Kube.Node.Images;
using Kube.Node.Registration;
using Kube.Node.Runtime;
using Xunit;

namespace Kube.Tests.Node;

public sealed class NodeOptionsTests
{
    [Fact]
    public void Every_fault_is_reported_at_once_by_its_key()
    {
        var result = new NodeOptionsValidator().Validate(null, new NodeOptions { NodeName = "Not Valid", ListenPort = 70000, JoinToken = "x" });
        foreach (var key in (string[])["ServerUrl", "NodeName", "InternalIP", "ListenPort", "InstanceId", "DataDirectory", "CniConfDir", "CniBinDirs", "JoinToken"])
            Assert.Contains(result.Failures!, f => f.StartsWith(key + ":", StringComparison.Ordinal));
    }

    [Fact]
    public void A_join_string_is_read_and_never_shows_its_secret()
    {
        Assert.True(JoinString.TryParse("abcdef.0123456789abcdef:" + new string('a', 64), out var join));
        Assert.Equal("abcdef.0123456789abcdef", join.Token);
        Assert.DoesNotContain("0123456789abcdef", join.ToString(), StringComparison.Ordinal);
        Assert.False(JoinString.TryParse("abcdef.0123456789abcdef", out _));
    }

    [Theory]
    [InlineData("web:1", "docker.io/library/web:1")]
    [InlineData("team/web", "docker.io/team/web:latest")]
    [InlineData("localhost/web", "localhost/web:latest")]
    [InlineData("registry.test:5000/a/b:2", "registry.test:5000/a/b:2")]
    [InlineData("Web:1", null)]
    [InlineData("a b", null)]
    [InlineData("web:", null)]
    [InlineData("", null)]
    public void Image_names_are_completed_as_the_runtime_completes_them(string text, string? expected)
    {
        Assert.Equal(expected is not null, ImageReference.TryNormalise(text, out var reference));
        Assert.Equal(expected, reference);
    }

    [Theory]
    [InlineData("Name:\tx\nCapEff:\t000001ffffffffff\n", true)]
    [InlineData("CapEff:\t000001fffeffffff\n", false)]
    [InlineData("", false)]
    public void The_capability_for_oom_scores_is_bit_24(string status, bool expected) => Assert.Equal(expected, KernelCapabilities.HasSysResource(status));
}
