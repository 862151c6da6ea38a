using System.Text;
using System.Text.Json.Nodes;
using Kube.ApiServer.Admission;
using Kube.ApiServer.Admission.Quotas;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kube.Tests.Admission;

public sealed class QuotaTests : IDisposable
{
    private static readonly ResourceCatalog Kinds = new();
    private readonly InMemoryObjectStore _store = new();
    private readonly FakeTimeProvider _time = new();
    private readonly QuotaUsage _usages;
    private readonly ResourceQuotas _quotas;

    public QuotaTests()
    {
        _usages = new QuotaUsage(_store, _time);
        _quotas = new ResourceQuotas(_store, _usages);
    }

    public void Dispose() => _usages.Dispose();

    [Fact]
    public async Task Many_at_once_never_exceed_it_and_what_goes_gives_room()
    {
        await Store("resourcequotas", "q", """{"spec":{"hard":{"pods":"7","requests.cpu":"1"}}}""");
        var admitted = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 64), async (i, _) =>
        {
            try
            {
                _quotas.Admit(Request("pods", $"p{i}", Pod("100m")));
                Interlocked.Increment(ref admitted);
                await Store("pods", $"p{i}", Pod("100m").ToJsonString());
            }
            catch (ApiStatusException e)
            {
                Assert.Contains("exceeded quota: q, requested: pods=1, used: pods=7, limited: pods=7", e.Message, StringComparison.Ordinal);
            }
        });
        Assert.Equal(7, admitted);
        var gone = _store.List("pods", "a").Items.First().Key.Name;
        await Store("pods", gone, null);
        _quotas.Admit(Request("pods", "another", Pod("100m")));
        // Admitted but never stored: counted for a while, then no more.
        Assert.Throws<ApiStatusException>(() => _quotas.Admit(Request("pods", "onemore", Pod("100m"))));
        _time.Advance(TimeSpan.FromSeconds(11));
        _quotas.Admit(Request("pods", "onemore", Pod("100m")));
    }

    [Fact]
    public async Task A_dry_run_takes_nothing_and_a_finished_pod_gives_back_all_but_its_place()
    {
        await Store("resourcequotas", "q", """{"spec":{"hard":{"pods":"1","count/pods":"2"}}}""");
        _quotas.Admit(Request("pods", "one", Pod("1")) with { DryRun = true });
        _quotas.Admit(Request("pods", "two", Pod("1")));
        var finished = Pod("1");
        finished["status"] = new JsonObject { ["phase"] = "Succeeded" };
        await Store("pods", "two", finished.ToJsonString());
        _quotas.Admit(Request("pods", "three", Pod("1")));
        await Store("pods", "three", Pod("1").ToJsonString());
        Assert.Contains("count/pods=2", Assert.Throws<ApiStatusException>(() => _quotas.Admit(Request("pods", "four", Pod("1")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_limited_must_be_said_by_every_container()
    {
        await Store("resourcequotas", "q", """{"spec":{"hard":{"limits.memory":"1Gi","requests.cpu":"1"}}}""");
        var refusal = Assert.Throws<ApiStatusException>(() => _quotas.Admit(Request("pods", "p", Pod("100m"))));
        Assert.Equal("pods \"p\" is forbidden: failed quota: q: must specify limits.memory for: c", refusal.Message);
    }

    [Fact]
    public async Task Scopes_decide_whom_a_quota_is_about()
    {
        await Store("resourcequotas", "best", """{"spec":{"hard":{"pods":"0"},"scopes":["BestEffort"]}}""");
        await Store("resourcequotas", "high", """{"spec":{"hard":{"pods":"0"},"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In","values":["high"]}]}}}""");
        _quotas.Admit(Request("pods", "fine", Pod("100m")));
        Assert.Contains("quota: best", Assert.Throws<ApiStatusException>(() => _quotas.Admit(Request("pods", "b", Pod(null)))).Message, StringComparison.Ordinal);
        var high = Pod("100m");
        high["spec"]!["priorityClassName"] = "high";
        Assert.Contains("quota: high", Assert.Throws<ApiStatusException>(() => _quotas.Admit(Request("pods", "h", high))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_claims_and_counted_kinds_have_their_own_names()
    {
        await Store("resourcequotas", "q", """{"spec":{"hard":{"services.nodeports":"1","requests.storage":"10Gi","gold.storageclass.storage.k8s.io/requests.storage":"5Gi","count/deployments.apps":"1"}}}""");
        _quotas.Admit(Request("services", "plain", JsonNode.Parse("""{"spec":{"type":"ClusterIP","ports":[{"port":1},{"port":2}]}}""")!.AsObject()));
        Assert.Throws<ApiStatusException>(() => _quotas.Admit(Request("services", "np", JsonNode.Parse("""{"spec":{"type":"NodePort","ports":[{"port":1},{"port":2}]}}""")!.AsObject())));
        _quotas.Admit(Request("persistentvolumeclaims", "a", Claim("4Gi", "gold")));
        Assert.Contains("gold.storageclass", Assert.Throws<ApiStatusException>(() => _quotas.Admit(Request("persistentvolumeclaims", "b", Claim("2Gi", "gold")))).Message, StringComparison.Ordinal);
        _quotas.Admit(Request("persistentvolumeclaims", "b", Claim("6Gi", "other")));
        Assert.Throws<ApiStatusException>(() => _quotas.Admit(Request("persistentvolumeclaims", "c", Claim("1Gi", "other"))));
        _quotas.Admit(Request("deployments.apps", "d", new JsonObject { ["spec"] = new JsonObject() }));
        Assert.Throws<ApiStatusException>(() => _quotas.Admit(Request("deployments.apps", "e", new JsonObject { ["spec"] = new JsonObject() })));
    }

    [Fact]
    public void A_pod_needs_the_larger_of_its_start_and_its_run()
    {
        var pod = JsonNode.Parse("""
            {"spec":{"overhead":{"cpu":"10m"},
              "initContainers":[{"resources":{"requests":{"cpu":"100m"}},"restartPolicy":"Always"},{"resources":{"requests":{"cpu":"700m"}}}],
              "containers":[{"resources":{"requests":{"cpu":"200m"}}},{"resources":{"requests":{"cpu":"300m"}}}]}}
            """)!.AsObject();
        Assert.Equal("810m", UsageReader.Read("pods", pod).Amounts["requests.cpu"].ToString());
    }

    private static JsonObject Pod(string? cpu) => new()
    {
        ["spec"] = new JsonObject
        {
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["resources"] = cpu is null ? new JsonObject() : new JsonObject { ["requests"] = new JsonObject { ["cpu"] = cpu } } }),
        },
    };

    private static JsonObject Claim(string size, string storageClass) =>
        new() { ["spec"] = new JsonObject { ["storageClassName"] = storageClass, ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = size } } } };

    private static AdmissionRequest Request(string resource, string name, JsonObject document) =>
        new(AdmissionOperation.Create, Kinds.Kinds.First(k => k.StorageResource == resource), "a", name, "", document, null, UserInfo.Anonymous, false);

    private async Task Store(string resource, string name, string? json)
    {
        var key = new ObjectKey(resource, "a", name);
        var live = _store.Get(key);
        var document = JsonNode.Parse(json ?? "{}")!.AsObject();
        document.Ensure("metadata")["name"] = name;
        var kind = json is null ? WriteKind.Delete : live is null ? WriteKind.Create : WriteKind.Update;
        var result = await _store.WriteAsync(new Write(kind, key, live?.Revision ?? 0, Encoding.UTF8.GetBytes(document.ToJsonString()), new Dictionary<string, string>()), CancellationToken.None);
        Assert.Equal(WriteOutcome.Committed, result.Outcome);
    }
}
