using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>[sig-node], [sig-network] and [sig-storage] as far as the API and the controllers answer them; signing requests.</summary>
public sealed class ObjectCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Pods = "[sig-node] Pods ";
    private const string Services = "[sig-network] Services should ";

    [Theory]
    [InlineData("secrets", "{'metadata':{'name':'x'},'data':{'':'Yg=='}}")]
    [Trait(Trait, "[sig-node] Secrets should fail to create secret due to empty secret key")]
    public Task A_secret_without_a_key_is_refused(string plural, string body) => RefusedAsync(plural, body);

    [Theory]
    [InlineData("configmaps", "{'metadata':{'name':'x'},'data':{'':'b'}}")]
    [Trait(Trait, "[sig-node] ConfigMap should fail to create ConfigMap with empty key")]
    public Task A_config_map_without_a_key_is_refused(string plural, string body) => RefusedAsync(plural, body);

    [Theory]
    [InlineData("secrets", "Yg==", "Yw==")]
    [Trait(Trait, "[sig-storage] Secrets should be immutable if `immutable` field is set")]
    public Task An_immutable_secret_stays(string plural, string value, string other) => ImmutableAsync(plural, value, other);

    [Theory]
    [InlineData("configmaps", "b", "c")]
    [Trait(Trait, "[sig-storage] ConfigMap should be immutable if `immutable` field is set")]
    public Task An_immutable_config_map_stays(string plural, string value, string other) => ImmutableAsync(plural, value, other);

    [Fact]
    [Trait(Trait, Pods + "Extended Pods Set QOS Class should be set on Pods with matching resource requests and limits for memory and cpu")]
    public async Task A_pod_has_its_quality_of_service()
    {
        var pods = await CollectionAsync("pods");
        var pod = Pod("p");
        pod["spec"]!["containers"]![0]!["resources"] = Document("{'requests':{'cpu':'100m','memory':'100Mi'},'limits':{'cpu':'100m','memory':'100Mi'}}");
        Assert.Equal("Guaranteed", (string)(await Api.CreateAsync(pods, pod))["status"]!["qosClass"]!);
        Assert.Equal("BestEffort", (string)(await Api.CreateAsync(pods, Pod("q")))["status"]!["qosClass"]!);
    }

    [Fact]
    [Trait(Trait, Pods + "should be submitted and removed [NodeConformance]")]
    [Trait(Trait, Pods + "should be updated [NodeConformance]")]
    [Trait(Trait, Pods + "should patch a pod status")]
    [Trait(Trait, Pods + "should run through the lifecycle of Pods and PodStatus")]
    public async Task A_pod_lives_changes_and_goes()
    {
        var pods = await CollectionAsync("pods");
        var start = (string)(await Api.GetAsync(pods))["metadata"]!["resourceVersion"]!;
        await Api.CreateAsync(pods, Pod("p", labels: "'time':'1'"));
        await UntilAsync($"{pods}/p", p => (string?)p["status"]?["phase"] == "Running");
        await Api.MergeAsync($"{pods}/p", "{\"metadata\":{\"labels\":{\"time\":\"2\"}}}");
        Assert.Equal(["p"], await NamesAsync($"{pods}?labelSelector=time%3D2"));
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Patch, $"{pods}/p", "{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"registry.test/x:2\"}]}}", "application/strategic-merge-patch+json")).Code);
        (await Api.SendAsync(HttpMethod.Patch, $"{pods}/p", "{\"spec\":{\"nodeName\":\"other\"}}", "application/merge-patch+json")).Refused(422, "Invalid");
        var patched = await Api.MergeAsync($"{pods}/p/status", "{\"status\":{\"message\":\"Patched by a test\",\"reason\":\"Test\"}}");
        Assert.Equal("Test", (string)patched["status"]!["reason"]!);
        var pod = await Api.GetAsync($"{pods}/p/status");
        pod["status"]!["reason"] = "Replaced";
        pod["metadata"]!.AsObject().Remove("resourceVersion");
        Assert.Equal("Replaced", (string)(await Api.PutAsync($"{pods}/p/status", pod))["status"]!["reason"]!);
        await Api.DeleteAsync($"{pods}/p", "{\"gracePeriodSeconds\":1}");
        await GoneAsync($"{pods}/p");
        var events = await Api.EventsAsync($"{pods}?watch=true&resourceVersion={start}&timeoutSeconds=1");
        Assert.Equal("ADDED", (string)events[0]["type"]!);
        Assert.Equal("DELETED", (string)events[^1]["type"]!);
        Assert.Contains(events, e => e["object"]!["metadata"]!["deletionTimestamp"] is not null && (string)e["type"]! == "MODIFIED");
    }

    [Fact]
    [Trait(Trait, Pods + "should delete a collection of pods")]
    public async Task Pods_go_by_label()
    {
        var pods = await CollectionAsync("pods");
        foreach (var name in (string[])["a", "b", "c"])
            await Api.CreateAsync(pods, Pod(name, labels: "'type':'Testing'"));
        await Api.CreateAsync(pods, Pod("other"));
        await Api.DeleteAsync($"{pods}?labelSelector=type%3DTesting");
        await Eventually.Async("the others", () => NamesAsync(pods), names => names is ["other"], Patience);
    }

    [Fact]
    [Trait(Trait, "[sig-storage] CSIInlineVolumes should support CSIVolumeSource in Pod API")]
    public async Task A_pod_may_have_an_inline_volume()
    {
        var pods = await CollectionAsync("pods");
        await Api.CreateAsync(pods, Pod("p", ",'nodeSelector':{'none':'such'},'volumes':[{'name':'v','csi':{'driver':'d.example.com'}}]"));
        await Api.MergeAsync($"{pods}/p", "{\"metadata\":{\"labels\":{\"patched\":\"yes\"}}}");
        Assert.Equal("d.example.com", (string)(await Api.GetAsync($"{pods}/p"))["spec"]!["volumes"]![0]!["csi"]!["driver"]!);
        Assert.Equal(["p"], await NamesAsync($"{pods}?labelSelector=patched%3Dyes"));
        await Api.DeleteAsync($"{pods}/p");
        await GoneAsync($"{pods}/p");
    }

    [Theory]
    [InlineData("gone")]
    [Trait(Trait, "[sig-node] RuntimeClass should reject a Pod requesting a non-existent RuntimeClass [NodeConformance]")]
    [Trait(Trait, "[sig-node] RuntimeClass should reject a Pod requesting a deleted RuntimeClass [NodeConformance]")]
    public async Task A_pod_of_an_unknown_runtime_class_is_refused(string name)
    {
        await NeedAsync("/apis/node.k8s.io/v1/runtimeclasses");
        var pods = await CollectionAsync("pods");
        (await Api.SendAsync(HttpMethod.Post, pods, Pod("p", $",'runtimeClassName':'{name}'").ToJsonString())).Refused(403, "Forbidden");
        await Api.CreateAsync("/apis/node.k8s.io/v1/runtimeclasses", Document($"{{'metadata':{{'name':'{name}'}},'handler':'h'}}"));
        await Api.DeleteAsync($"/apis/node.k8s.io/v1/runtimeclasses/{name}");
        (await Api.SendAsync(HttpMethod.Post, pods, Pod("p", $",'runtimeClassName':'{name}'").ToJsonString())).Refused(403, "Forbidden");
    }

    [Fact]
    [Trait(Trait, "[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass and initialize its Overhead [NodeConformance]")]
    [Trait(Trait, "[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass without PodOverhead [NodeConformance]")]
    public async Task A_runtime_class_gives_its_pods_their_overhead()
    {
        await NeedAsync("/apis/node.k8s.io/v1/runtimeclasses");
        var pods = await CollectionAsync("pods");
        await Api.CreateAsync("/apis/node.k8s.io/v1/runtimeclasses", Document("{'metadata':{'name':'heavy'},'handler':'h','overhead':{'podFixed':{'cpu':'10m','memory':'1Mi'}}}"));
        await Api.CreateAsync("/apis/node.k8s.io/v1/runtimeclasses", Document("{'metadata':{'name':'light'},'handler':'h'}"));
        Assert.Equal("10m", (string)(await Api.CreateAsync(pods, Pod("heavy", ",'runtimeClassName':'heavy'")))["spec"]!["overhead"]!["cpu"]!);
        Assert.Null((await Api.CreateAsync(pods, Pod("light", ",'runtimeClassName':'light'")))["spec"]!["overhead"]);
        foreach (var name in (string[])["heavy", "light"])
            await UntilAsync($"{pods}/{name}", p => p["spec"]!["nodeName"] is not null);
    }

    [Fact]
    [Trait(Trait, Services + "provide secure master service")]
    [Trait(Trait, Services + "find a service from listing all namespaces")]
    public async Task The_server_has_its_service()
    {
        var all = (await Api.GetAsync("/api/v1/services"))["items"]!.AsArray();
        Assert.Contains(all, s => (string)s!["metadata"]!["name"]! == "kubernetes" && (string)s["metadata"]!["namespace"]! == "default");
    }

    [Fact]
    [Trait(Trait, "[sig-network] EndpointSlice should have Endpoints and EndpointSlices pointing to API Server")]
    public async Task The_servers_service_has_endpoints()
    {
        await UntilAsync("/api/v1/namespaces/default/endpoints/kubernetes", e => e["subsets"] is JsonArray { Count: > 0 });
        Assert.NotEmpty(await NamesAsync("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3Dkubernetes"));
    }

    [Fact]
    [Trait(Trait, "[sig-network] EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete")]
    public async Task Endpoints_made_by_hand_are_mirrored()
    {
        var ns = await Suite.NamespaceAsync();
        var root = $"/api/v1/namespaces/{ns}";
        var slices = $"/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices?labelSelector=kubernetes.io/service-name%3Ds";
        await Api.CreateAsync($"{root}/services", Document("{'metadata':{'name':'s'},'spec':{'ports':[{'name':'example','port':80}]}}"));
        await Api.CreateAsync($"{root}/endpoints", Document("{'metadata':{'name':'s'},'subsets':[{'addresses':[{'ip':'10.1.2.3'}],'ports':[{'name':'example','port':80}]}]}"));
        var mirror = (await Eventually.Async("a slice", () => Api.GetAsync(slices), list => Addresses(list) == 1, Patience))["items"]![0]!;
        Assert.Equal("endpointslicemirroring-controller.k8s.io", (string)mirror["metadata"]!["labels"]!["endpointslice.kubernetes.io/managed-by"]!);
        Assert.Equal(("10.1.2.3", "example", 80), ((string)mirror["endpoints"]![0]!["addresses"]![0]!, (string)mirror["ports"]![0]!["name"]!, (int)mirror["ports"]![0]!["port"]!));
        await Api.MergeAsync($"{root}/endpoints/s", "{\"subsets\":[{\"addresses\":[{\"ip\":\"10.2.3.4\"}],\"ports\":[{\"name\":\"example\",\"port\":80}]}]}");
        await Eventually.Async("the other address", () => Api.GetAsync(slices), list => Addresses(list) == 1 && (string)list["items"]![0]!["endpoints"]![0]!["addresses"]![0]! == "10.2.3.4", Patience);
        await Api.DeleteAsync($"{root}/endpoints/s");
        await Eventually.Async("no slices", () => NamesAsync(slices), names => names.Length == 0, Patience);
    }

    [Fact]
    [Trait(Trait, "[sig-network] EndpointSlice should create Endpoints and EndpointSlices for Pods matching a Service")]
    [Trait(Trait, "[sig-network] EndpointSlice should create and delete Endpoints and EndpointSlices for a Service with a selector specified")]
    [Trait(Trait, Services + "serve a basic endpoint from pods")]
    [Trait(Trait, Services + "serve multiport endpoints from pods")]
    public async Task Pods_become_the_endpoints_of_their_service()
    {
        var ns = await Suite.NamespaceAsync();
        var root = $"/api/v1/namespaces/{ns}";
        var slices = $"/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices?labelSelector=kubernetes.io/service-name%3Ds";
        await Api.CreateAsync($"{root}/services", Document("{'metadata':{'name':'s'},'spec':{'selector':{'app':'x'},'ports':[{'name':'one','port':80,'targetPort':8080},{'name':'two','port':81,'targetPort':8081}]}}"));
        await Api.CreateAsync($"{root}/pods", Pod("a"));
        await Api.CreateAsync($"{root}/pods", Pod("b"));
        var two = await Eventually.Async("two endpoints", () => Api.GetAsync(slices), list => Addresses(list) == 2, Patience);
        Assert.Equal(["one", "two"], two["items"]!.AsArray().First(s => s!["endpoints"] is JsonArray { Count: > 0 })!["ports"]!.AsArray().Select(p => (string)p!["name"]!).Order());
        await Api.DeleteAsync($"{root}/pods/b");
        await Eventually.Async("one endpoint", () => Api.GetAsync(slices), list => Addresses(list) == 1, Patience);
        await UntilAsync($"{root}/endpoints/s", e => e["subsets"]?[0]?["addresses"] is JsonArray { Count: 1 });
        await Api.DeleteAsync($"{root}/services/s");
        await Eventually.Async("no slices", () => NamesAsync(slices), names => names.Length == 0, Patience);
        await GoneAsync($"{root}/endpoints/s");
    }

    [Fact]
    [Trait(Trait, "[sig-network] Service endpoints latency should not be very high")]
    public async Task Endpoints_come_soon()
    {
        var ns = await Suite.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", Pod("a"));
        await UntilAsync($"/api/v1/namespaces/{ns}/pods/a", p => (string?)p["status"]?["phase"] == "Running");
        var took = new List<double>();
        for (var i = 0; i < 30; i++)
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            await Api.CreateAsync($"/api/v1/namespaces/{ns}/services", Document($"{{'metadata':{{'name':'s{i}'}},'spec':{{'selector':{{'app':'x'}},'ports':[{{'port':80}}]}}}}"));
            await Eventually.Async("an endpoint", () => Api.GetAsync($"/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices?labelSelector=kubernetes.io/service-name%3Ds{i}"), list => Addresses(list) == 1, Patience);
            took.Add(clock.Elapsed.TotalSeconds);
        }

        took.Sort();
        Assert.True(took[15] < 20 && took[27] < 50, $"median {took[15]} s");
    }

    [Fact]
    [Trait(Trait, "[sig-auth] ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace")]
    public async Task Every_namespace_has_the_authority()
    {
        var maps = await CollectionAsync("configmaps");
        await UntilAsync($"{maps}/kube-root-ca.crt", m => m["data"]!["ca.crt"] is not null);
        await Api.DeleteAsync($"{maps}/kube-root-ca.crt");
        await Eventually.Async("it is back", () => Api.SendAsync(HttpMethod.Get, $"{maps}/kube-root-ca.crt"), a => a.Code == 200, Patience);
        await Api.MergeAsync($"{maps}/kube-root-ca.crt", "{\"data\":{\"ca.crt\":\"\"}}");
        await UntilAsync($"{maps}/kube-root-ca.crt", m => ((string?)m["data"]!["ca.crt"])?.Length > 0);
    }

    [Fact]
    [Trait(Trait, "[sig-auth] Certificates API [Privileged:ClusterAdmin] should support CSR API operations")]
    public async Task Signing_requests_take_every_verb()
    {
        const string path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var pem = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=e2e", key, System.Security.Cryptography.HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var request = Document($"{{'metadata':{{'generateName':'e2e-','labels':{{'case':'csr'}}}},'spec':{{'request':'{Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(pem))}','signerName':'example.com/e2e','usages':['digital signature','client auth']}}}}");
        var created = await Api.CreateAsync(path, request);
        var it = $"{path}/{(string)created["metadata"]!["name"]!}";
        Assert.Equal("admin", (string)created["spec"]!["username"]!);
        Assert.Single(await NamesAsync($"{path}?labelSelector=case%3Dcsr"));
        await Api.MergeAsync(it, "{\"metadata\":{\"annotations\":{\"patched\":\"true\"}}}");
        var approval = await Api.GetAsync($"{it}/approval");
        approval["status"] = Document("{'conditions':[{'type':'Approved','status':'True','reason':'E2E','message':'m'}]}");
        Assert.Equal("Approved", (string)(await Api.PutAsync($"{it}/approval", approval))["status"]!["conditions"]![0]!["type"]!);
        var status = await Api.MergeAsync($"{it}/status", "{\"metadata\":{\"annotations\":{\"patchedstatus\":\"true\"}}}");
        Assert.NotNull(status["metadata"]!["uid"]);
        await Api.DeleteAsync(it);
        await GoneAsync(it);
        await Api.CreateAsync(path, request);
        await Api.DeleteAsync($"{path}?labelSelector=case%3Dcsr");
        Assert.Empty(await NamesAsync($"{path}?labelSelector=case%3Dcsr"));
    }

    private static int Addresses(JsonNode slices) => slices["items"]!.AsArray().Sum(s => s!["endpoints"]?.AsArray().Count(e => (bool?)e!["conditions"]?["ready"] != false) ?? 0);

    private async Task<string> CollectionAsync(string plural) => $"/api/v1/namespaces/{await Suite.NamespaceAsync()}/{plural}";

    private async Task RefusedAsync(string plural, string body) => (await Api.SendAsync(HttpMethod.Post, await CollectionAsync(plural), Document(body).ToJsonString())).Refused(422, "Invalid");

    private async Task ImmutableAsync(string plural, string value, string other)
    {
        var path = await CollectionAsync(plural);
        await Api.CreateAsync(path, Document($"{{'metadata':{{'name':'x'}},'data':{{'a':'{value}'}}}}"));
        await Api.MergeAsync($"{path}/x", $"{{\"data\":{{\"a\":\"{other}\"}}}}");
        await Api.MergeAsync($"{path}/x", "{\"immutable\":true}");
        foreach (var change in (string[])[$"{{\"data\":{{\"a\":\"{value}\"}}}}", "{\"immutable\":false}"])
            (await Api.SendAsync(HttpMethod.Patch, $"{path}/x", change, "application/merge-patch+json")).Refused(422, "Invalid");
        await Api.MergeAsync($"{path}/x", "{\"metadata\":{\"labels\":{\"l\":\"v\"}}}");
        await Api.DeleteAsync($"{path}/x");
    }
}
