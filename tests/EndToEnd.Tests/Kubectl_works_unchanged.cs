using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>The real kubectl 1.32 with admin.kubeconfig, from get to delete, on containers that really run.</summary>
public sealed class Kubectl_works_unchanged(PortalFixture portal)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_creates_scales_updates_rolls_back_reads_logs_and_deletes_a_deployment()
    {
        const string ns = "kubectl-script";
        await portal.KubectlOkAsync("create", "namespace", ns);
        await portal.KubectlOkAsync("create", "deployment", "web", "--image=localhost/portal/hello:1", "--replicas=1", "--port=8080", "-n", ns);
        await portal.KubectlOkAsync("rollout", "status", "deployment/web", "-n", ns, "--timeout=60s");

        var table = await portal.KubectlOkAsync("get", "deployments,replicasets,pods", "-n", ns);
        Assert.Contains("READY", table, StringComparison.Ordinal);
        Assert.Contains("deployment.apps/web", table, StringComparison.Ordinal);
        Assert.Contains("1/1", table, StringComparison.Ordinal);
        Assert.Contains("Running", table, StringComparison.Ordinal);

        var description = await portal.KubectlOkAsync("describe", "pod", "-l", "app=web", "-n", ns);
        Assert.Contains("Scheduled", description, StringComparison.Ordinal);
        Assert.Contains("localhost/portal/hello:1", description, StringComparison.Ordinal);

        await portal.KubectlOkAsync("scale", "deployment/web", "--replicas=3", "-n", ns);
        await portal.KubectlOkAsync("rollout", "status", "deployment/web", "-n", ns, "--timeout=60s");
        Assert.Equal("3", (await portal.KubectlOkAsync("get", "deployment", "web", "-n", ns, "-o", "jsonpath={.status.readyReplicas}")).Trim());

        await portal.KubectlOkAsync("set", "image", "deployment/web", "hello=localhost/portal/hello:2", "-n", ns);
        await portal.KubectlOkAsync("rollout", "status", "deployment/web", "-n", ns, "--timeout=90s");
        Assert.Contains("hello:2", await portal.KubectlOkAsync("get", "deployment", "web", "-n", ns, "-o", "jsonpath={.spec.template.spec.containers[0].image}"), StringComparison.Ordinal);

        await portal.KubectlOkAsync("rollout", "undo", "deployment/web", "-n", ns);
        await portal.KubectlOkAsync("rollout", "status", "deployment/web", "-n", ns, "--timeout=90s");
        Assert.Contains("hello:1", await portal.KubectlOkAsync("get", "deployment", "web", "-n", ns, "-o", "jsonpath={.spec.template.spec.containers[0].image}"), StringComparison.Ordinal);
        Assert.Contains("REVISION", await portal.KubectlOkAsync("rollout", "history", "deployment/web", "-n", ns), StringComparison.Ordinal);

        // kubectl may choose a pod of the undone revision while that one still ends.
        await Eventually.Async("the first line of the version returned to", () => portal.KubectlOkAsync("logs", "deployment/web", "-n", ns), text => text.Contains("version 1, listening on port 8080", StringComparison.Ordinal), Patience);

        await portal.KubectlOkAsync("delete", "deployment", "web", "-n", ns, "--timeout=60s");
        await Eventually.Async("no pods", () => portal.KubectlOkAsync("get", "pods", "-n", ns, "-o", "name"), text => text.Trim().Length == 0, Patience);
        await portal.KubectlOkAsync("delete", "namespace", ns, "--timeout=60s");
        Assert.NotEqual(0, (await portal.KubectlAsync("get", "namespace", ns)).ExitCode);
    }

    [Fact]
    public async Task It_applies_the_same_file_twice_and_shows_what_would_change()
    {
        const string ns = "kubectl-apply";
        await portal.KubectlOkAsync("create", "namespace", ns);
        var file = Path.Combine(portal.Data, "apply.yaml");
        await File.WriteAllTextAsync(file, $$"""
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: settings, namespace: {{ns}} }
            data: { colour: blue }
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: web, namespace: {{ns}} }
            spec:
              selector: { app: web }
              ports: [ { port: 80, targetPort: 8080 } ]
            """);
        Assert.Contains("created", await portal.KubectlOkAsync("apply", "-f", file), StringComparison.Ordinal);
        Assert.Contains("unchanged", await portal.KubectlOkAsync("apply", "-f", file), StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("blue", "red", StringComparison.Ordinal));
        var difference = await portal.KubectlAsync("diff", "-f", file);
        Assert.Equal(1, difference.ExitCode);
        Assert.Contains("colour: red", difference.Output, StringComparison.Ordinal);
        Assert.Contains("serverside-applied", await portal.KubectlOkAsync("apply", "--server-side", "--force-conflicts", "-f", file), StringComparison.Ordinal);
        Assert.Equal("red", await portal.KubectlOkAsync("get", "configmap", "settings", "-n", ns, "-o", "jsonpath={.data.colour}"));

        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("selector:", "selectr:", StringComparison.Ordinal));
        var refused = await portal.KubectlAsync("apply", "-f", file);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("selectr", refused.Error, StringComparison.Ordinal);
        await portal.KubectlOkAsync("delete", "namespace", ns, "--timeout=60s");
    }

    [Fact]
    public async Task It_lists_what_the_server_offers_and_who_it_talks_to()
    {
        var resources = await portal.KubectlOkAsync("api-resources");
        foreach (var resource in new[] { "pods", "deployments", "services", "ingresses", "endpointslices", "leases", "events", "nodes" })
            Assert.Contains(resource, resources, StringComparison.Ordinal);
        Assert.Contains("kubernetes-admin", await portal.KubectlOkAsync("auth", "whoami"), StringComparison.Ordinal);
        Assert.Contains("yes", await portal.KubectlOkAsync("auth", "can-i", "create", "pods"), StringComparison.Ordinal);
        Assert.Contains("Ready", await portal.KubectlOkAsync("get", "nodes"), StringComparison.Ordinal);
    }
}
