using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>A second data directory on the same machine: other ports, other ranges, nothing shared in the kernel. Slow because it starts a whole instance.</summary>
public sealed class Two_instances_live_side_by_side(PortalFixture portal)
{
    [Fact]
    public async Task Neither_sees_the_other_and_the_purged_one_leaves_nothing()
    {
        string data;
        await using (var other = new PortalInstance("other"))
        {
            data = other.Data;
            await other.StartAsync();
            Assert.NotEqual(portal.PortBase, other.PortBase);
            await other.KubectlOkAsync("create", "deployment", "web", "--image=localhost/portal/hello:1", "--port=8080");
            await other.KubectlOkAsync("rollout", "status", "deployment/web", "--timeout=90s");
            Assert.DoesNotContain("web-", await portal.KubectlOkAsync("get", "pods", "-n", "default", "-o", "name"), StringComparison.Ordinal);
            Assert.Contains("Ready", await portal.KubectlOkAsync("get", "nodes"), StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(data), "deploy/down --purge removes the data directory");
        Assert.Contains("Ready", await portal.KubectlOkAsync("get", "nodes"), StringComparison.Ordinal);
    }
}
