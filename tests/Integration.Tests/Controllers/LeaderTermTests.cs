using Integration.Tests.ApiServer;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.LeaderElection;
using Microsoft.Extensions.Logging.Abstractions;
using Testing;
using Xunit;

namespace Integration.Tests.Controllers;

/// <summary>Elected leaders and the real API server: what one writes counts while its term runs.</summary>
public sealed class LeaderTermTests : IAsyncLifetime
{
    private ApiServerFixture _server = null!;
    private k8s.IKubernetes _client = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        _client = KubeClients.FromKubeconfig(_server.AdminKubeconfig);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_a_leader_left_behind_is_refused_as_soon_as_another_one_leads()
    {
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var outcome = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var first = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var one = Elector("one").RunAsync(
            async token =>
            {
                await CreateAsync("timely");
                // Started in the term, and slower than it.
                _ = outcome.TrySetResult(await Record.ExceptionAsync(async () =>
                {
                    await late.Task;
                    await CreateAsync("late");
                }));
            },
            first.Token);
        await Eventually.Async("the first leader's write", async () => one.IsFaulted ? throw one.Exception! : await FindAsync("timely"), found => found is not null, TimeSpan.FromSeconds(60));

        // A second candidate takes the Lease while the first one's work hangs: as if that one's clock had stood still.
        var lease = (await _client.Resource<V1Lease>().GetAsync("kube-system", "test", Cancelled))!;
        var taken = new System.Text.Json.Nodes.JsonObject { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["holderIdentity"] = "two", ["leaseTransitions"] = lease.Spec.LeaseTransitions + 1 } };
        await _client.Resource<V1Lease>().PatchAsync("kube-system", "test", taken, PatchKind.Merge, Cancelled);
        late.SetResult();

        var refusal = Assert.IsType<ApiException>(await outcome.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancelled));
        Assert.True(refusal.IsConflict);
        Assert.Equal("LeaderTermOver", Assert.Single(refusal.Status.Details.Causes).Reason);
        Assert.Null(await FindAsync("late"));
        await first.CancelAsync();
        await one;
    }

    [Fact]
    public async Task Every_tenure_has_a_term_of_its_own_also_under_the_same_identity()
    {
        var terms = new List<LeaderTerm>();
        for (var tenure = 0; tenure < 2; tenure++)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            await Elector("one").RunAsync(
                async token =>
                {
                    terms.Add(LeaderTerm.Current!);
                    await CreateAsync($"tenure-{terms.Count}");
                    await ended.CancelAsync();
                },
                ended.Token);
            Assert.Null(LeaderTerm.Current);
        }

        Assert.Equal(2, terms.Count);
        Assert.Equal(terms[0].Uid, terms[1].Uid);
        Assert.True(terms[1].Transitions > terms[0].Transitions);
        Assert.NotNull(await FindAsync("tenure-2"));
    }

    [Fact]
    public async Task A_header_that_names_no_term_is_refused_by_name()
    {
        using var http = new ApiClient(_server);
        var answer = await http.SendAsync(
            HttpMethod.Post, "/api/v1/namespaces/default/configmaps", """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x"}}"""u8.ToArray(), header: (LeaderTerm.Header, "kube-system/test"));
        Assert.Equal(400, answer.Code);
        Assert.Contains(LeaderTerm.Header, answer.Text, StringComparison.Ordinal);
    }

    private LeaderElector Elector(string identity) =>
        new(_client, new LeaderElectionOptions { Name = "test", Identity = identity }, TimeProvider.System, NullLogger.Instance);

    private Task<V1ConfigMap> CreateAsync(string name) => _client.Resource<V1ConfigMap>().CreateAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" } }, Cancelled);

    private Task<V1ConfigMap?> FindAsync(string name) => _client.Resource<V1ConfigMap>().GetAsync("default", name, Cancelled);
}
