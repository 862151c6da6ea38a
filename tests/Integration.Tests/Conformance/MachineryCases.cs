using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>[sig-api-machinery] field validation, namespaces, quotas, garbage collection; [sig-auth] reviews and signing requests.</summary>
public sealed class MachineryCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Quota = "[sig-api-machinery] ResourceQuota should ";
    private const string Counting = "the controller of resource quotas";
    private const string Collector = "[sig-api-machinery] Garbage collector should ";
    private const string Namespaces = "[sig-api-machinery] Namespaces [Serial] should ";
    private const string Fields = "[sig-api-machinery] FieldValidation should ";

    [Fact]
    [Trait(Trait, Fields + "detect unknown and duplicate fields of a typed object")]
    [Trait(Trait, Fields + "detect unknown metadata fields of a typed object")]
    public async Task Unknown_and_duplicate_fields_are_refused_or_warned_about()
    {
        var deployments = $"/apis/apps/v1/namespaces/{await Suite.NamespaceAsync()}/deployments";
        var bad = Workload("apps/v1", "Deployment", "d", 0, "'unknown1':'val',").ToJsonString().Replace("\"replicas\":0", "\"replicas\":0,\"paused\":true,\"paused\":false", StringComparison.Ordinal).Replace("\"metadata\":{\"name\"", "\"metadata\":{\"unknownMeta\":\"m\",\"name\"", StringComparison.Ordinal);
        var refused = (string)(await Api.SendAsync(HttpMethod.Post, $"{deployments}?fieldValidation=Strict", bad)).Refused(400, "BadRequest")["message"]!;
        foreach (var problem in (string[])["unknown field \"spec.unknown1\"", "duplicate field \"spec.paused\"", "unknown field \"metadata.unknownMeta\""])
            Assert.Contains(problem, refused, StringComparison.Ordinal);
        var warned = await Api.SendAsync(HttpMethod.Post, $"{deployments}?fieldValidation=Warn&dryRun=All", bad);
        Assert.Equal(201, warned.Code);
        Assert.Equal(3, warned.Warnings.Count);
        Assert.Empty((await Api.SendAsync(HttpMethod.Post, $"{deployments}?fieldValidation=Ignore", bad)).Warnings);
        const string patch = "{\"spec\":{\"unknown2\":1,\"paused\":true,\"paused\":false}}";
        var patched = (string)(await Api.SendAsync(HttpMethod.Patch, $"{deployments}/d?fieldValidation=Strict", patch, "application/merge-patch+json")).Refused(400, "BadRequest")["message"]!;
        Assert.Contains("duplicate field \"spec.paused\"", patched, StringComparison.Ordinal);
        Assert.Contains("unknown field \"spec.unknown2\"", (string)(await Api.SendAsync(HttpMethod.Patch, $"{deployments}/d?fieldValidation=Strict", "{\"spec\":{\"unknown2\":1}}", "application/strategic-merge-patch+json")).Refused(400, "BadRequest")["message"]!, StringComparison.Ordinal);
        const string apply = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: d, unknownMeta: x }\nspec: { paused: true, unknown3: 1 }\n";
        Assert.Contains("unknown field \"spec.unknown3\"", (string)(await Api.SendAsync(HttpMethod.Patch, $"{deployments}/d?fieldValidation=Strict&fieldManager=m", apply, "application/apply-patch+yaml")).Refused(400, "BadRequest")["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(Trait, Namespaces + "patch a Namespace")]
    [Trait(Trait, Namespaces + "apply an update to a Namespace")]
    [Trait(Trait, Namespaces + "apply changes to a namespace status")]
    [Trait(Trait, Namespaces + "apply a finalizer to a Namespace")]
    public async Task A_namespace_takes_changes()
    {
        var path = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}";
        Assert.Equal("v", (string)(await Api.MergeAsync(path, "{\"metadata\":{\"labels\":{\"l\":\"v\"}}}"))["metadata"]!["labels"]!["l"]!);
        var ns = await Api.GetAsync(path);
        Assert.Equal("Active", (string)ns["status"]!["phase"]!);
        ns["metadata"]!["labels"]!["updated"] = "true";
        ns["metadata"]!.AsObject().Remove("resourceVersion");
        Assert.Equal("true", (string)(await Api.PutAsync(path, ns))["metadata"]!["labels"]!["updated"]!);
        var status = await Api.MergeAsync($"{path}/status", "{\"metadata\":{\"annotations\":{\"a\":\"b\"}},\"status\":{\"conditions\":[{\"type\":\"StatusPatch\",\"status\":\"True\"}]}}");
        Assert.Equal("StatusPatch", (string)status["status"]!["conditions"]![0]!["type"]!);
        ns = await Api.GetAsync(path);
        ns["spec"]!["finalizers"]!.AsArray().Add("e2e.example.com/fake");
        ns = await Api.PutAsync($"{path}/finalize", ns);
        Assert.Contains("e2e.example.com/fake", ns["spec"]!["finalizers"]!.AsArray().Select(f => (string)f!));
        ns["spec"] = Document("{'finalizers':['kubernetes']}");
        ns = await Api.PutAsync($"{path}/finalize", ns);
        Assert.Equal(["kubernetes"], ns["spec"]!["finalizers"]!.AsArray().Select(f => (string)f!));
    }

    [Fact]
    [Trait(Trait, Namespaces + "ensure that all pods are removed when a namespace is deleted")]
    [Trait(Trait, Namespaces + "ensure that all services are removed when a namespace is deleted")]
    public async Task A_namespace_takes_its_objects_along()
    {
        var ns = await Suite.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}";
        await Api.CreateAsync($"{path}/pods", Pod("p"));
        await Api.CreateAsync($"{path}/services", Document("{'metadata':{'name':'s'},'spec':{'ports':[{'port':80}],'selector':{'a':'b'}}}"));
        await UntilAsync($"{path}/pods/p", p => (string?)p["status"]?["phase"] == "Running");
        await Api.DeleteAsync(path);
        await GoneAsync(path);
        Assert.Equal(404, (await Api.SendAsync(HttpMethod.Get, $"{path}/pods/p")).Code);
        await Api.CreateAsync("/api/v1/namespaces", Document($"{{'metadata':{{'name':'{ns}'}}}}"));
        Assert.Empty(await NamesAsync($"{path}/pods"));
        Assert.Empty(await NamesAsync($"{path}/services"));
    }

    [Fact]
    [Trait(Trait, Quota + "create a ResourceQuota and ensure its status is promptly calculated.")]
    public Task A_quota_shows_its_use_soon() => QuotaAsync("pods", _ => Task.CompletedTask, null, "0");

    [Theory]
    [InlineData("count/configmaps", "/api/v1/namespaces/NS/configmaps", "{'metadata':{'name':'x'}}")]
    [Trait(Trait, Quota + "create a ResourceQuota and capture the life of a configMap.")]
    public Task A_quota_counts_config_maps(string resource, string collection, string body) => CountedAsync(resource, collection, body);

    [Theory]
    [InlineData("secrets", "/api/v1/namespaces/NS/secrets", "{'metadata':{'name':'x'},'data':{'a':'Yg=='}}")]
    [Trait(Trait, Quota + "create a ResourceQuota and capture the life of a secret.")]
    public Task A_quota_counts_secrets(string resource, string collection, string body) => CountedAsync(resource, collection, body);

    [Theory]
    [InlineData("services", "/api/v1/namespaces/NS/services", "{'metadata':{'name':'x'},'spec':{'ports':[{'port':80}]}}")]
    [Trait(Trait, Quota + "create a ResourceQuota and capture the life of a service.")]
    public Task A_quota_counts_services(string resource, string collection, string body) => CountedAsync(resource, collection, body);

    [Fact]
    [Trait(Trait, Quota + "create a ResourceQuota and capture the life of a replica set.")]
    public Task A_quota_counts_replica_sets() => CountedAsync("count/replicasets.apps", "/apis/apps/v1/namespaces/NS/replicasets", Workload("apps/v1", "ReplicaSet", "x", 0).ToJsonString());

    [Fact]
    [Trait(Trait, Quota + "create a ResourceQuota and capture the life of a replication controller.")]
    public async Task A_quota_counts_replication_controllers()
    {
        await CountedAsync("replicationcontrollers", "/api/v1/namespaces/NS/replicationcontrollers", Workload("v1", "ReplicationController", "x", 0).ToJsonString());
    }

    [Fact]
    [Trait(Trait, Quota + "create a ResourceQuota and capture the life of a pod.")]
    public async Task A_quota_counts_pods_and_their_requests()
    {
        var ns = await Suite.NamespaceAsync();
        var root = $"/api/v1/namespaces/{ns}";
        await Api.CreateAsync($"{root}/resourcequotas", Document("{'metadata':{'name':'q'},'spec':{'hard':{'pods':'5','cpu':'1','memory':'500Mi'}}}"));
        await NeedControllerAsync($"{root}/resourcequotas/q", q => (string?)q["status"]?["used"]?["pods"] == "0", Counting);
        await Api.CreateAsync($"{root}/pods", Sized("p", "500m", "252Mi"));
        await UntilAsync($"{root}/resourcequotas/q", q => (string?)q["status"]!["used"]!["pods"] == "1" && (string?)q["status"]!["used"]!["cpu"] == "500m" && (string?)q["status"]!["used"]!["memory"] == "252Mi");
        var refused = (await Api.SendAsync(HttpMethod.Post, $"{root}/pods", Sized("over", "600m", "100Mi").ToJsonString())).Refused(403, "Forbidden");
        Assert.Contains("exceeded quota: q", (string)refused["message"]!, StringComparison.Ordinal);
        await Api.DeleteAsync($"{root}/pods/p");
        await UntilAsync($"{root}/resourcequotas/q", q => (string?)q["status"]!["used"]!["pods"] == "0" && (string?)q["status"]!["used"]!["cpu"] == "0");
    }

    [Fact]
    [Trait(Trait, Quota + "verify ResourceQuota with best effort scope.")]
    public async Task A_quota_of_best_effort_pods_counts_only_those()
    {
        var root = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}";
        foreach (var scope in (string[])["BestEffort", "NotBestEffort"])
            await Api.CreateAsync($"{root}/resourcequotas", Document($"{{'metadata':{{'name':'{scope.ToLowerInvariant()}'}},'spec':{{'hard':{{'pods':'5'}},'scopes':['{scope}']}}}}"));
        await NeedControllerAsync($"{root}/resourcequotas/besteffort", q => Used(q) == "0", Counting);
        await Api.CreateAsync($"{root}/pods", Pod("best"));
        await UntilAsync($"{root}/resourcequotas/besteffort", q => Used(q) == "1");
        await UntilAsync($"{root}/resourcequotas/notbesteffort", q => Used(q) == "0");
        await Api.DeleteAsync($"{root}/pods/best");
        await Api.CreateAsync($"{root}/pods", Sized("sized", "100m", "10Mi"));
        await UntilAsync($"{root}/resourcequotas/notbesteffort", q => Used(q) == "1");
        await UntilAsync($"{root}/resourcequotas/besteffort", q => Used(q) == "0");
    }

    [Fact]
    [Trait(Trait, Quota + "verify ResourceQuota with terminating scopes.")]
    public async Task A_quota_of_terminating_pods_counts_only_those()
    {
        var root = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}";
        foreach (var scope in (string[])["Terminating", "NotTerminating"])
            await Api.CreateAsync($"{root}/resourcequotas", Document($"{{'metadata':{{'name':'{scope.ToLowerInvariant()}'}},'spec':{{'hard':{{'pods':'5'}},'scopes':['{scope}']}}}}"));
        await NeedControllerAsync($"{root}/resourcequotas/terminating", q => Used(q) == "0", Counting);
        await Api.CreateAsync($"{root}/pods", Pod("long"));
        await UntilAsync($"{root}/resourcequotas/notterminating", q => Used(q) == "1");
        await Api.CreateAsync($"{root}/pods", Pod("short", ",'activeDeadlineSeconds':3600"));
        await UntilAsync($"{root}/resourcequotas/terminating", q => Used(q) == "1");
        await UntilAsync($"{root}/resourcequotas/notterminating", q => Used(q) == "1");
    }

    [Fact]
    [Trait(Trait, Quota + "apply changes to a resourcequota status")]
    public async Task A_quotas_status_is_its_own()
    {
        var path = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}/resourcequotas";
        await Api.CreateAsync(path, Document("{'metadata':{'name':'q'},'spec':{'hard':{'cpu':'500m','memory':'500Mi'}}}"));
        await NeedControllerAsync($"{path}/q", q => (string?)q["status"]?["hard"]?["cpu"] == "500m", Counting);
        await Api.MergeAsync($"{path}/q", "{\"spec\":{\"hard\":{\"cpu\":\"1\"}}}");
        await UntilAsync($"{path}/q", q => (string?)q["status"]!["hard"]!["cpu"] == "1");
        await Api.MergeAsync($"{path}/q/status", "{\"spec\":{\"hard\":{\"cpu\":\"9\"}},\"status\":{\"hard\":{\"cpu\":\"1\"}}}");
        Assert.Equal("1", (string)(await Api.GetAsync($"{path}/q/status"))["spec"]!["hard"]!["cpu"]!);
    }

    [Theory]
    [InlineData("Background")]
    [Trait(Trait, Collector + "delete RS created by deployment when not orphaning")]
    public async Task A_deployment_takes_its_replica_set_along(string policy)
    {
        var (root, sets) = await DeployedAsync();
        await Api.DeleteAsync($"{root}/deployments/d", $"{{\"propagationPolicy\":\"{policy}\"}}");
        await GoneAsync($"{root}/replicasets/{sets}");
    }

    [Fact]
    [Trait(Trait, Collector + "orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan")]
    public async Task A_deployment_leaves_its_replica_set_when_told()
    {
        var (root, set) = await DeployedAsync();
        await Api.DeleteAsync($"{root}/deployments/d", "{\"propagationPolicy\":\"Orphan\"}");
        await GoneAsync($"{root}/deployments/d");
        var left = await UntilAsync($"{root}/replicasets/{set}", s => s["metadata"]!["ownerReferences"] is null);
        Assert.Null(left["metadata"]!["deletionTimestamp"]);
    }

    [Fact]
    [Trait(Trait, Collector + "not be blocked by dependency circle")]
    public async Task A_circle_of_owners_goes()
    {
        var pods = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}/pods";
        var uids = new Dictionary<string, string>();
        foreach (var name in (string[])["a", "b", "c"])
            uids[name] = (string)(await Api.CreateAsync(pods, Pod(name)))["metadata"]!["uid"]!;
        foreach (var (name, owner) in ((string, string)[])[("a", "c"), ("b", "a"), ("c", "b")])
            await Api.MergeAsync($"{pods}/{name}", $$$$"""{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"{{{{owner}}}}","uid":"{{{{uids[owner]}}}}","controller":true,"blockOwnerDeletion":true}]}}""");
        await Api.DeleteAsync($"{pods}/a", "{\"propagationPolicy\":\"Foreground\"}");
        foreach (var name in uids.Keys)
            await GoneAsync($"{pods}/{name}");
    }

    [Fact]
    [Trait(Trait, Collector + "not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted")]
    [Trait(Trait, Collector + "keep the rc around until all its pods are deleted if the deleteOptions says so")]
    public async Task A_dependent_of_two_stays_with_the_one_that_stays()
    {
        var root = $"/api/v1/namespaces/{await Suite.NamespaceAsync()}";
        await Api.CreateAsync($"{root}/pods", Pod("going"));
        await Api.CreateAsync($"{root}/pods", Pod("staying"));
        var going = (string)(await Api.GetAsync($"{root}/pods/going"))["metadata"]!["uid"]!;
        var staying = (string)(await Api.GetAsync($"{root}/pods/staying"))["metadata"]!["uid"]!;
        JsonObject Owned(string name, params (string Name, string Uid)[] owners) => new()
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["ownerReferences"] = new JsonArray([.. owners.Select(o => Document($"{{'apiVersion':'v1','kind':'Pod','name':'{o.Name}','uid':'{o.Uid}','blockOwnerDeletion':true}}"))]) },
        };
        await Api.CreateAsync($"{root}/configmaps", Owned("of-both", ("going", going), ("staying", staying)));
        await Api.CreateAsync($"{root}/configmaps", Owned("of-one", ("going", going)));
        await Api.DeleteAsync($"{root}/pods/going", "{\"propagationPolicy\":\"Foreground\"}");
        await GoneAsync($"{root}/configmaps/of-one");
        await GoneAsync($"{root}/pods/going");
        var both = await UntilAsync($"{root}/configmaps/of-both", c => c["metadata"]!["ownerReferences"]!.AsArray().Count == 1);
        Assert.Equal("staying", (string)both["metadata"]!["ownerReferences"]![0]!["name"]!);
        Assert.Null(both["metadata"]!["deletionTimestamp"]);
    }

    [Fact]
    [Trait(Trait, "[sig-auth] SubjectReview should support SubjectReview API operations")]
    public async Task A_review_says_what_a_request_meets()
    {
        foreach (var (user, groups, allowed) in ((string, string, bool)[])[("nobody", "'x'", false), ("somebody", "'system:masters'", true)])
        {
            var review = await Api.CreateAsync("/apis/authorization.k8s.io/v1/subjectaccessreviews", Document($"{{'spec':{{'user':'{user}','groups':[{groups}],'resourceAttributes':{{'verb':'list','resource':'pods','namespace':'default'}}}}}}"));
            Assert.Equal(allowed, (bool)review["status"]!["allowed"]!);
            var local = await Api.CreateAsync("/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews", Document($"{{'metadata':{{'namespace':'default'}},'spec':{{'user':'{user}','groups':[{groups}],'resourceAttributes':{{'verb':'list','resource':'pods','namespace':'default'}}}}}}"));
            Assert.Equal(allowed, (bool)local["status"]!["allowed"]!);
        }
    }

    [Fact]
    [Trait(Trait, "[sig-architecture] Conformance Tests should have at least two untainted nodes")]
    public async Task There_are_two_nodes()
    {
        var nodes = (await Api.GetAsync("/api/v1/nodes"))["items"]!.AsArray();
        Assert.True(nodes.Count(n => n!["spec"]!["taints"] is not JsonArray { Count: > 0 }) >= 2);
    }

    private static string? Used(JsonNode quota) => (string?)quota["status"]?["used"]?["pods"];

    private static JsonObject Sized(string name, string cpu, string memory)
    {
        var pod = Pod(name);
        pod["spec"]!["containers"]![0]!["resources"] = Document($"{{'requests':{{'cpu':'{cpu}','memory':'{memory}'}}}}");
        return pod;
    }

    private Task CountedAsync(string resource, string collection, string body) =>
        QuotaAsync(resource, ns => Api.CreateAsync(collection.Replace("NS", ns, StringComparison.Ordinal), Document(body)), ns => Api.DeleteAsync($"{collection.Replace("NS", ns, StringComparison.Ordinal)}/x"), "1");

    // What others keep in the namespace counts too; only the difference is ours.
    private async Task QuotaAsync(string resource, Func<string, Task> create, Func<string, Task>? delete, string more)
    {
        var ns = await Suite.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/resourcequotas";
        await Api.CreateAsync(path, Document($"{{'metadata':{{'name':'q'}},'spec':{{'hard':{{'{resource}':'50'}}}}}}"));
        await NeedControllerAsync($"{path}/q", q => q["status"]?["used"]?[resource] is not null, Counting);
        var before = await Api.GetAsync($"{path}/q");
        var floor = int.Parse((string)before["status"]!["used"]![resource]!, System.Globalization.CultureInfo.InvariantCulture);
        await create(ns);
        var expected = (floor + int.Parse(more, System.Globalization.CultureInfo.InvariantCulture)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        await UntilAsync($"{path}/q", q => (string?)q["status"]!["used"]![resource] == expected);
        if (delete is null)
            return;
        await delete(ns);
        await UntilAsync($"{path}/q", q => (string?)q["status"]!["used"]![resource] == before["status"]!["used"]![resource]!.GetValue<string>());
    }

    private async Task<(string Root, string Set)> DeployedAsync()
    {
        var root = $"/apis/apps/v1/namespaces/{await Suite.NamespaceAsync()}";
        await Api.CreateAsync($"{root}/deployments", Workload("apps/v1", "Deployment", "d", 1));
        var sets = await Eventually.Async("a replica set", () => NamesAsync($"{root}/replicasets"), names => names.Length == 1, Patience);
        return (root, sets[0]);
    }
}
