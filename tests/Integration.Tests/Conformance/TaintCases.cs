using System.Text.Json.Nodes;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>Taints that move pods away, and tokens that pods do not want.</summary>
public sealed class TaintCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Taints = "[sig-node] NoExecuteTaintManager ";

    [Fact]
    [Trait(Trait, Taints + "Single Pod [Serial] removing taint cancels eviction [Disruptive]")]
    [Trait(Trait, Taints + "Multiple Pods [Serial] evicts pods with minTolerationSeconds [Disruptive]")]
    public async Task Pods_leave_a_tainted_node_when_their_time_is_up_and_stay_when_the_taint_goes_before()
    {
        var pods = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}/pods";
        var node = $"/api/v1/nodes/two";
        foreach (var (name, seconds) in ((string, int)[])[("short", 3), ("long", 300)])
        {
            await Api.CreateAsync(pods, Pod(name, $",'nodeName':'two','tolerations':[{{'key':'evict','operator':'Exists','effect':'NoExecute','tolerationSeconds':{seconds}}}]"));
            await UntilAsync($"{pods}/{name}", p => (string?)p["status"]?["phase"] == "Running");
        }

        await TaintAsync(node, "[{\"key\":\"evict\",\"value\":\"yes\",\"effect\":\"NoExecute\"}]");
        try
        {
            await GoneAsync($"{pods}/short");
            Assert.Null((await Api.GetAsync($"{pods}/long"))["metadata"]!["deletionTimestamp"]);
        }
        finally
        {
            await TaintAsync(node, "null");
        }

        // Tainted anew its clock starts anew; taken away in time, nothing happens when the first time is up.
        await Api.CreateAsync(pods, Pod("spared", ",'nodeName':'two','tolerations':[{'key':'evict','operator':'Exists','effect':'NoExecute','tolerationSeconds':4}]"));
        await UntilAsync($"{pods}/spared", p => (string?)p["status"]?["phase"] == "Running");
        await TaintAsync(node, "[{\"key\":\"evict\",\"value\":\"yes\",\"effect\":\"NoExecute\"}]");
        await TaintAsync(node, "null");
        await Task.Delay(TimeSpan.FromSeconds(6), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Null((await Api.GetAsync($"{pods}/spared"))["metadata"]!["deletionTimestamp"]);
        Assert.Null((await Api.GetAsync($"{pods}/long"))["metadata"]!["deletionTimestamp"]);
    }

    [Fact]
    [Trait(Trait, "[sig-auth] ServiceAccounts should allow opting out of API token automount")]
    public async Task A_pod_or_its_account_may_do_without_a_token()
    {
        var ns = await Suite.NamespaceAsync();
        foreach (var (name, mounts) in ((string, string)[])[("default-sa", ""), ("mount-sa", ",'automountServiceAccountToken':true"), ("nomount-sa", ",'automountServiceAccountToken':false")])
            await Api.SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{ns}/serviceaccounts", Document($"{{'metadata':{{'name':'{name}'}}{mounts}}}").ToJsonString());
        foreach (var (account, own, expected) in ((string, bool?, bool)[])
            [("default-sa", null, true), ("mount-sa", null, true), ("nomount-sa", null, false), ("nomount-sa", true, true), ("mount-sa", false, false), ("default-sa", false, false)])
        {
            var name = $"{account}-{own?.ToString().ToLowerInvariant() ?? "unset"}";
            var choice = own is { } o ? $",'automountServiceAccountToken':{(o ? "true" : "false")}" : "";
            var pod = await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", Pod(name, $",'serviceAccountName':'{account}'{choice}"));
            var mounted = (pod["spec"]!["containers"]![0]!["volumeMounts"] as JsonArray ?? []).Any(m => (string?)m!["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount");
            Assert.Equal((name, expected), (name, mounted));
        }
    }

    private async Task TaintAsync(string node, string taints) => await Api.MergeAsync(node, $"{{\"spec\":{{\"taints\":{taints}}}}}");
}
