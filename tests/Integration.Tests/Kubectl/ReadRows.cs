using System.Text.Json.Nodes;
using Xunit;

namespace Integration.Tests.Kubectl;

/// <summary><c>get</c> in all its forms, <c>describe</c>, <c>events</c>, <c>explain</c>.</summary>
internal static class ReadRows
{
    private const string Area = "read";

    public static IEnumerable<MatrixRow> All =>
    [
        new(Area, "get", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok("get cm", "NAME", "DATA", "AGE", "a");
            await k.Ok("get cm/a configmap/a");
            await k.Fails("get cm none", "Error from server (NotFound): configmaps \"none\" not found");
            await k.Ok("get cm none --ignore-not-found");
            await k.Fails("get nonsense", "the server doesn't have a resource type \"nonsense\"");
            await k.Ok("get secrets", "No resources found");
        }),
        new(Area, "get all", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("rollout status deploy/web --timeout=50s");
            await k.Ok("get all", "deployment.apps/web", "replicaset.apps/web-", "pod/web-");
        }),
        new(Area, "get -o wide", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("get deploy -o wide", "CONTAINERS", "IMAGES", "SELECTOR", "registry.test/web:1");
            await k.Ok("get nodes -o wide", "INTERNAL-IP", "KERNEL-VERSION");
            await k.Ok("get pods -o wide");
        }),
        new(Area, "get -o yaml|json|name", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok("get cm a -o yaml", "kind: ConfigMap", "a: b");
            Assert.Equal("List", (string)(await k.Json("cm"))["kind"]!);
            await k.Ok("get cm a -o name", "configmap/a");
        }),
        new(Area, "get -o jsonpath|go-template", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok("get cm -o 'jsonpath={range .items[*]}{.metadata.name}={.data.a};{end}'", "a=b;");
            await k.Ok("get cm a -o 'go-template={{.metadata.name}}-{{index .data \"a\"}}'", "a-b");
            await k.Ok($"get cm a -o go-template-file={await k.File("t.tpl", "{{.kind}}!")}", "ConfigMap!");
        }),
        new(Area, "get -o custom-columns", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok("get cm -o custom-columns=N:.metadata.name,D:.data.a", "N", "D", "a", "b");
        }),
        new(Area, "get --show-labels, -L, --no-headers, --show-kind", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok("get cm --show-labels", "LABELS", "x=y");
            await k.Ok("get cm -L x", "X", "y");
            Assert.DoesNotContain("NAME", await k.Ok("get cm --no-headers"), StringComparison.Ordinal);
            await k.Ok("get cm --show-kind", "configmap/a");
        }),
        new(Area, "get --sort-by", async k =>
        {
            await k.In(Manifests.ConfigMap("b", "rank: '1'") + "\n---\n" + Manifests.ConfigMap("a", "rank: '2'"), "create -f -");
            var sorted = await k.Ok("get cm --sort-by=.data.rank");
            Assert.True(sorted.IndexOf("\nb", StringComparison.Ordinal) < sorted.IndexOf("\na", StringComparison.Ordinal), sorted);
        }),
        new(Area, "get -w", async k =>
        {
            using var watch = k.Start("get cm -w --output-watch-events");
            await k.In(Manifests.ConfigMap("seen"), "create -f -");
            await watch.SaysAsync("ADDED      seen");
            await k.Ok("delete cm seen");
            await watch.SaysAsync("DELETED    seen");
        }),
        new(Area, "get -w -o yaml, --watch-only", async k =>
        {
            using var watch = k.Start("get cm --watch-only -o yaml");
            await Testing.Eventually.Async(
                "the watch sees a change",
                async () =>
                {
                    await k.RunAsync(Manifests.ConfigMap("seen", $"a: '{Guid.NewGuid()}'"), "apply -f -");
                    return watch.Output;
                },
                text => text.Contains("name: seen", StringComparison.Ordinal),
                TimeSpan.FromSeconds(30));
        }),
        new(Area, "get --chunk-size", async k =>
        {
            await k.In(string.Join("\n---\n", Enumerable.Range(0, 7).Select(i => Manifests.ConfigMap($"c{i}"))), "create -f -");
            var names = await k.Ok("get cm --chunk-size=2 -o name -l x=y");
            Assert.Equal(7, names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        }),
        new(Area, "get -l (equality and sets)", async k =>
        {
            await k.In(Manifests.ConfigMap("a", labels: "t: one") + "\n---\n" + Manifests.ConfigMap("b", labels: "t: two") + "\n---\n" + Manifests.ConfigMap("c", labels: "u: x"), "create -f -");
            foreach (var (selector, expected) in ((string, string)[])[("t=one", "a"), ("t!=one,t", "b"), ("t in (one,two)", "a b"), ("t notin (one),t", "b"), ("!t,u", "c"), ("u", "c"), ("t==two", "b")])
                Assert.Equal(expected, (await k.Ok($"get cm -l '{selector}' -o 'jsonpath={{.items[*].metadata.name}}'")).Trim());
            await k.Fails("get cm -l 'a=b=c'", "unable to parse");
        }),
        new(Area, "get --field-selector", async k =>
        {
            await k.In(Manifests.Pod("a") + "\n---\n" + Manifests.Pod("b"), "create -f -");
            await k.Ok("wait pod --all --for=condition=Ready --timeout=30s");
            Assert.Equal("a", (await k.Ok("get pods --field-selector=metadata.name=a,status.phase=Running -o 'jsonpath={.items[*].metadata.name}'")).Trim());
            Assert.Equal("b", (await k.Ok("get pods --field-selector=metadata.name!=a,status.phase!=Pending -o 'jsonpath={.items[*].metadata.name}'")).Trim());
            await k.Fails("get pods --field-selector=spec.nonsense=a", "field label not supported: spec.nonsense");
        }),
        new(Area, "get -A", async k =>
        {
            await k.In(Manifests.ConfigMap(k.Unique), "create -f -");
            await k.Ok($"get cm -A --field-selector=metadata.name={k.Unique}", "NAMESPACE", k.Namespace);
        }),
        new(Area, "get -f, several kinds, -k", async k =>
        {
            var file = await k.File("a.yaml", Manifests.ConfigMap("a"));
            await k.Ok($"create -f {file}");
            await k.Ok($"get -f {file}", "a");
            await k.Ok("get cm,sa,deploy", "configmap/a");
        }),
        new(Area, "get --subresource=status,scale", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("get deploy web --subresource=scale -o yaml", "kind: Scale", "replicas: 2", "selector: app=web");
            await k.Ok("get deploy web --subresource=status -o name", "web");
        }),
        new(Area, "get --raw", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            Assert.Equal("ConfigMapList", (string)JsonNode.Parse(await k.Ok($"get --raw /api/v1/namespaces/{k.Namespace}/configmaps?limit=1"))!["kind"]!);
            await k.Ok("get --raw /readyz", "ok");
            await k.Ok("get --raw /livez", "ok");
            await k.Ok("get --raw /version", "gitVersion");
        }),
        new(Area, "get --server-print=false", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok("get cm --server-print=false", "NAME", "a");
        }),
        new(Area, "get every kind", async k =>
        {
            foreach (var resource in (await k.Ok("api-resources --verbs=list -o name")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                await k.Ok($"get {resource.Trim()}");
        }),
        new(Area, "describe", async k =>
        {
            await k.In(Manifests.Deployment(replicas: 1), "create -f -");
            await k.Ok("rollout status deploy/web --timeout=50s");
            await k.Ok("expose deploy web --port=80");
            await k.Ok("describe deploy web", "Replicas:", "StrategyType:", "Pod Template:", "ScalingReplicaSet");
            await k.Ok("describe pods -l app=web", "Containers:", "Scheduled");
            await k.Ok("describe service web", "Endpoints:", "TargetPort:");
            await k.Ok("describe node one", "Capacity:", "Allocated resources:");
            await k.Ok($"describe ns {k.Namespace}", "Status:");
        }),
        new(Area, "describe (other kinds)", async k =>
        {
            await k.Ok("create cm c --from-literal=a=b");
            await k.Ok("create secret generic s --from-literal=a=b");
            await k.Ok("create quota q --hard=pods=9");
            await k.Ok("create job j --image=registry.test/x:1");
            await k.Ok("create cronjob cj --image=registry.test/x:1 --schedule=@yearly");
            await k.Ok("create ingress i --rule=a.example/=svc:80");
            await k.Ok("create role r --verb=get --resource=pods");
            await k.Ok("create rolebinding rb --role=r --user=u");
            await k.Ok("create sa robot");
            await k.Ok("create pdb p --selector=a=b --min-available=1");
            foreach (var target in (string[])["cm c", "secret s", "quota q", "job j", "cronjob cj", "ingress i", "role r", "rolebinding rb", "sa robot", "pdb p"])
                await k.Ok($"describe {target}", "Name:");
        }),
        new(Area, "events", async k =>
        {
            await k.In(Manifests.Deployment(replicas: 1), "create -f -");
            await k.Ok("rollout status deploy/web --timeout=50s");
            await Testing.Eventually.Async("an event", () => k.Ok("events --for deployment/web"), text => text.Contains("ScalingReplicaSet", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
            await k.Ok("events --types=Normal", "REASON");
            await k.Ok("get events --sort-by=.lastTimestamp", "REASON");
        }),
        new(Area, "explain", async k =>
        {
            await k.Ok("explain pods", "KIND:       Pod", "FIELDS:", "spec");
            await k.Ok("explain deploy.spec.strategy.rollingUpdate.maxSurge", "FIELD: maxSurge", "DESCRIPTION:");
            await k.Ok("explain cm --recursive", "binaryData", "immutable");
            await k.Ok("explain hpa --api-version=autoscaling/v2", "VERSION:    v2");
            await k.Fails("explain pods.spec.nonsense", "field \"nonsense\" does not exist");
        }),
        new(Area, "logs (no node)", async k =>
        {
            await k.In(Manifests.Pod("p"), "create -f -");
            await k.Fails("logs none", "NotFound");
        }),
    ];
}
