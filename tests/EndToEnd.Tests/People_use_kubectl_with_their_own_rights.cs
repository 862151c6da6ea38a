using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>kubectl with a person's API token: the person's rights in the person's environments, and nothing else.</summary>
public sealed class People_use_kubectl_with_their_own_rights(PortalFixture portal)
{
    [Fact]
    public async Task A_member_sees_the_own_namespace_and_a_stranger_sees_none_of_it()
    {
        using var rest = portal.Rest(await portal.AdminTokenAsync());
        var app = await FirstApp.CreateAsync(rest, "people", "people.example.com");
        var ns = (await portal.KubectlOkAsync("get", "deployments", "-A", "-l", "portal/team=people", "-o", "jsonpath={.items[0].metadata.namespace}")).Trim();
        await portal.EnsureUserAsync("stranger@example.com", "correct horse battery staple 2", platformAdmin: false);
        var owner = await portal.AdminTokenAsync();
        var stranger = await portal.CreateTokenAsync("stranger@example.com");

        var pods = await As(owner, "get", "pods", "-n", ns, "-o", "name");
        Assert.True(pods.ExitCode == 0, pods.Error);
        Assert.Contains("pod/hello-web", pods.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await As(owner, "logs", "deployment/hello-web", "-n", ns)).ExitCode);

        // Apps change through Portal only, secrets stay closed, other namespaces too.
        foreach (var refused in new string[][] { ["get", "secrets", "-n", ns], ["scale", "deployment/hello-web", "--replicas=5", "-n", ns], ["get", "pods", "-n", "kube-system"], ["get", "pods", "-A"] })
            Assert.Contains("orbidden", (await As(owner, refused)).Error, StringComparison.Ordinal);

        // What belongs to others answers like what does not exist.
        var foreign = await As(stranger, "get", "pods", "-n", ns);
        var missing = await As(stranger, "get", "pods", "-n", "there-is-no-such-namespace");
        Assert.NotEqual(0, foreign.ExitCode);
        Assert.Equal(missing.Error.Replace("there-is-no-such-namespace", ns, StringComparison.Ordinal), foreign.Error);
        await app.DeleteAsync();
    }

    private Task<CommandResult> As(string token, params string[] arguments) =>
        PortalInstance.RunAsync(Repository.Kubectl, [
            "--kubeconfig", "/dev/null", "--server", $"https://127.0.0.1:{portal.PortBase + 1}", "--certificate-authority", Path.Combine(portal.Data, "pki/ca.crt"), "--token", token,
            "--cache-dir", Path.Combine(portal.Data, "kubectl-cache-people"), .. arguments]);
}
