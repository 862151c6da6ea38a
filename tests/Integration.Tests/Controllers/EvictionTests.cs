using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Testing;
using Xunit;

namespace Integration.Tests.Controllers;

/// <summary>Evictions and disruption budgets, with kubectl drain, cordon and uncordon on fake kubelets.</summary>
public sealed class EvictionTests : TwoNodes
{
    [Fact]
    public async Task Drain_moves_the_pods_and_never_goes_below_the_budget()
    {
        await KubectlAsync("create", "deployment", "web", "--image=registry.test/web:1", "--replicas=4");
        await KubectlAsync("create", "poddisruptionbudget", "web", "--selector=app=web", "--min-available=3");
        await ReadyAsync(4);
        await BudgetAsync(b => b.Status is { DisruptionsAllowed: 1, ExpectedPods: 4, DesiredHealthy: 3, CurrentHealthy: 4 });

        var least = 4;
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                least = Math.Min(least, (await PodsAsync()).Count(IsServing));
        });
        await KubectlAsync("drain", "two", "--timeout=50s");
        await stop.CancelAsync();
        await watching;
        Assert.InRange(least, 3, 4);
        Assert.Contains("SchedulingDisabled", await KubectlAsync("get", "node", "two"), StringComparison.Ordinal);
        var pods = await ReadyAsync(4);
        Assert.All(pods, p => Assert.Equal("one", p.Spec.NodeName));

        await KubectlAsync("uncordon", "two");
        Assert.DoesNotContain("SchedulingDisabled", await KubectlAsync("get", "node", "two"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_evictions_at_once_only_as_many_succeed_as_the_budget_has()
    {
        await KubectlAsync("create", "deployment", "web", "--image=registry.test/web:1", "--replicas=6");
        await KubectlAsync("create", "poddisruptionbudget", "web", "--selector=app=web", "--max-unavailable=2");
        var pods = await ReadyAsync(6);
        await BudgetAsync(b => b.Status is { DisruptionsAllowed: 2 });
        // The deployment must not bring new pods in between.
        var results = await Task.WhenAll(pods.Select(EvictAsync));
        Assert.InRange(results.Count(code => code == 201), 1, 2);
        Assert.All(results, code => Assert.True(code is 201 or 429, $"{code}"));
    }

    [Fact]
    public async Task A_refused_eviction_names_the_budget()
    {
        await KubectlAsync("create", "deployment", "web", "--image=registry.test/web:1", "--replicas=2");
        await KubectlAsync("create", "poddisruptionbudget", "web", "--selector=app=web", "--min-available=100%");
        var pods = await ReadyAsync(2);
        await BudgetAsync(b => b.Status is { DisruptionsAllowed: 0, DesiredHealthy: 2, CurrentHealthy: 2 });
        var refused = await Assert.ThrowsAsync<k8s.Autorest.HttpOperationException>(() => Plane.Admin.CoreV1.CreateNamespacedPodEvictionAsync(Eviction(pods[0]), pods[0].Metadata.Name, "default"));
        var status = KubernetesJson.Deserialize<V1Status>(refused.Response.Content);
        Assert.Equal((429, "TooManyRequests", "DisruptionBudget"), (status.Code, status.Reason, status.Details.Causes[0].Reason));
        Assert.Contains("web needs 2 healthy pods and has 2 currently", status.Details.Causes[0].Message, StringComparison.Ordinal);
        Assert.True(refused.Response.Headers.ContainsKey("Retry-After"));
    }

    private static bool IsServing(V1Pod pod) => pod.Metadata.DeletionTimestamp is null && IsReady(pod);

    private static V1Eviction Eviction(V1Pod pod) => new() { Metadata = new V1ObjectMeta { Name = pod.Metadata.Name, NamespaceProperty = "default" } };

    private async Task<int> EvictAsync(V1Pod pod)
    {
        try
        {
            await Plane.Admin.CoreV1.CreateNamespacedPodEvictionAsync(Eviction(pod), pod.Metadata.Name, "default");
            return 201;
        }
        catch (k8s.Autorest.HttpOperationException e)
        {
            return (int)e.Response.StatusCode;
        }
    }

    private async Task<IReadOnlyList<V1Pod>> PodsAsync() => (await Plane.Admin.Resource<V1Pod>().ListAsync("default", null, TestContext.Current.CancellationToken)).Items;

    private Task<List<V1Pod>> ReadyAsync(int count) =>
        Eventually.Async($"{count} ready pods", async () => (await PodsAsync()).Where(IsServing).ToList(), pods => pods.Count == count, Patience);

    private Task<V1PodDisruptionBudget> BudgetAsync(Func<V1PodDisruptionBudget, bool> passes) =>
        Eventually.Async("the budget's status", async () => (await Plane.Admin.Resource<V1PodDisruptionBudget>().GetAsync("default", "web", TestContext.Current.CancellationToken))!, passes, Patience);
}
