using System.Globalization;
using System.Text;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>
/// Random requests: real bodies and patches, mutated. Whatever comes, the server answers below 500 and goes on. PORTAL_FUZZ sets the number of
/// requests, PORTAL_FUZZ_SEED repeats a run.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string[] Bodies =
    [
        """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","labels":{"a":"b"},"finalizers":["f.example/1"],"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u"}]},"data":{"a":"b"},"binaryData":{"c":"AAA="}}""",
        """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":2,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}},"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"nodeSelector":{"x":"y"},"tolerations":[{"key":"k","tolerationSeconds":3}],"affinity":{"nodeAffinity":{}},"volumes":[{"name":"v","emptyDir":{"sizeLimit":"1Gi"}}],"containers":[{"name":"c","image":"i","env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],"ports":[{"containerPort":80,"protocol":"TCP"}],"resources":{"requests":{"cpu":"100m"},"limits":{"memory":"1Gi"}},"livenessProbe":{"httpGet":{"path":"/","port":80}},"volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}}}""",
        """{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"type":"NodePort","clusterIP":"","selector":{"a":"b"},"ports":[{"name":"p","port":80,"targetPort":"http","nodePort":30080}],"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10}}}}""",
        """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"priorityClassName":"","containers":[{"name":"c","image":"i","securityContext":{"runAsUser":1,"capabilities":{"add":["X"]}}}],"initContainers":[{"name":"i","image":"i","restartPolicy":"Always"}],"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule"}]}}""",
        """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"pods":"5","requests.cpu":"1"},"scopes":["BestEffort"]}}""",
        """{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"i"},"spec":{"rules":[{"host":"*.a.example","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{"name":"http"}}}}]}}],"tls":[{"hosts":["a.example"],"secretName":"t"}]}}""",
        """{"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"c"},"spec":{"schedule":"*/5 * * * *","timeZone":"Etc/UTC","jobTemplate":{"spec":{"parallelism":2,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}""",
        """{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"h"},"spec":{"minReplicas":1,"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}]}}""",
        """{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":5,"propagationPolicy":"Foreground","preconditions":{"uid":"u","resourceVersion":"3"},"dryRun":["All"]}""",
        """[{"op":"add","path":"/data/x","value":"1"},{"op":"test","path":"/kind","value":"ConfigMap"},{"op":"copy","from":"/data","path":"/metadata/labels"},{"op":"remove","path":"/data/a"}]""",
        """{"spec":{"$setElementOrder/containers":[{"name":"c"}],"containers":[{"name":"c","$patch":"delete"}],"strategy":{"$retainKeys":["type"],"type":"Recreate"},"$deleteFromPrimitiveList/finalizers":["a"]}}""",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m, labels: &l { a: b } }\ndata: { a: |\n   text\n  , b: !!str 1, c: \"x\\ty\" }\n",
    ];

    private static readonly string[] Types = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml", "text/plain"];

    private static readonly string[] Paths =
    [
        "/api/v1/namespaces/default/configmaps", "/api/v1/namespaces/default/configmaps/m", "/apis/apps/v1/namespaces/default/deployments", "/apis/apps/v1/namespaces/default/deployments/d", "/apis/apps/v1/namespaces/default/deployments/d/scale",
        "/apis/apps/v1/namespaces/default/deployments/d/status", "/api/v1/namespaces/default/services", "/api/v1/namespaces/default/services/s", "/api/v1/namespaces/default/pods", "/api/v1/namespaces/default/pods/p", "/api/v1/namespaces/default/pods/p/binding",
        "/api/v1/namespaces/default/pods/p/eviction", "/api/v1/namespaces/default/resourcequotas", "/apis/networking.k8s.io/v1/namespaces/default/ingresses", "/apis/batch/v1/namespaces/default/cronjobs", "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/api/v1/namespaces/fuzz/finalize", "/api/v1/configmaps", "/api/v1/watch/namespaces/default/configmaps",
    ];

    private static readonly string[] Queries =
    [
        "", "dryRun=All", "dryRun=Some", "fieldValidation=Strict", "fieldValidation=Ignore", "fieldManager=f&force=true", "fieldManager=f", "limit=1", "limit=-1", "limit=x", "continue=abc", "resourceVersion=0&resourceVersionMatch=NotOlderThan",
        "resourceVersion=1&resourceVersionMatch=Exact", "resourceVersion=x", "watch=true", "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", "labelSelector=a%3Db", "labelSelector=((", "labelSelector=a%20in%20(b", "fieldSelector=metadata.name%3Dm",
        "fieldSelector=x", "fieldSelector=spec.nope%3D1", "gracePeriodSeconds=9223372036854775807", "gracePeriodSeconds=-5", "propagationPolicy=Orphan", "propagationPolicy=No&orphanDependents=true", "pretty=true",
    ];

    private ApiServerFixture _server = null!;
    private ApiClient _api = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        _api = new ApiClient(_server);
    }

    public ValueTask DisposeAsync()
    {
        _api.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task Whatever_comes_is_answered_below_500()
    {
        var count = Number("PORTAL_FUZZ", 4_000);
        var seed = Number("PORTAL_FUZZ_SEED", Environment.TickCount);
        output.WriteLine($"seed {seed}, {count} requests");
        var codes = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        var before = 0L;
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (i, _) =>
        {
            if (i == 500)
                before = GC.GetTotalMemory(forceFullCollection: true);
            var random = new Random(seed + i);
            var method = Pick(random, [HttpMethod.Post, HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Patch, HttpMethod.Delete, HttpMethod.Get]);
            var body = method == HttpMethod.Get ? null : Mutate(random, Encoding.UTF8.GetBytes(Pick(random, Bodies)));
            var type = Pick(random, Types);
            if (body is not null && type == "application/vnd.kubernetes.protobuf")
                body = [.. "k8s\0"u8, 0x0a, 0x0f, 0x0a, 0x02, (byte)'v', (byte)'1', 0x12, 0x09, .. "ConfigMap"u8, 0x12, (byte)Math.Min(100, body.Length), .. body];
            var path = $"{Pick(random, Paths)}?{(random.Next(20) == 0 ? "timeoutSeconds=x" : "timeoutSeconds=1")}&{Pick(random, Queries)}&{Pick(random, Queries)}";
            var answer = await _api.SendAsync(method, path, body, type);
            codes.AddOrUpdate(answer.Code, 1, (_, n) => n + 1);
            Assert.True(answer.Code is < 500 or 504, $"seed {seed + i}: {method} {path} {type} answered {answer.Code}: {answer.Text}\n{(body is null ? "" : Encoding.UTF8.GetString(body))}");
            if (answer.Code >= 400)
                Assert.Equal("Status", (string?)answer.Json["kind"]);
        });
        output.WriteLine(string.Join(", ", codes.OrderBy(c => c.Key).Select(c => $"{c.Key}: {c.Value}")));
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 128 << 20, "memory grew");
        Assert.Equal(200, (await _api.SendAsync(HttpMethod.Get, "/readyz")).Code);
    }

    private static int Number(string variable, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static T Pick<T>(Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];

    // Some bodies stay whole, so that the requests reach what lies behind the reader.
    private static byte[] Mutate(Random random, byte[] body)
    {
        var bytes = body.ToList();
        for (var n = random.Next(4); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(8), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(60), bytes.Count - at)));
                    break;
                case 3:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(random, ["null", "{}", "[]", "-1", "1e400", "\"\\u0000\"", "\"\\ud83d\"", "true", "99999999999999999999", "\"2026-13-45\"", "*a", "&a ", "!!binary x", "\"1Ei\"", "0.5", "$patch", "\"\""])));
                    break;
                case 4:
                    Swap(random, bytes, ["\"b\"", "2", "80", "\"25%\"", "\"100m\"", "\"In\"", "true", "[\"a.example\"]"], ["null", "{}", "[]", "-1", "1e30", "\"\"", "[null]", "{\"a\":null}", "\"x\"", "4294967296", "false"]);
                    break;
                case 5:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)Pick(random, "[{\"-, ".ToCharArray()), random.Next(200)).ToArray());
                    break;
            }

            if (bytes.Count == 0)
                break;
        }

        return [.. bytes];
    }

    private static void Swap(Random random, List<byte> bytes, string[] from, string[] to)
    {
        var text = Encoding.UTF8.GetString([.. bytes]);
        var what = Pick(random, from);
        var at = text.IndexOf(what, StringComparison.Ordinal);
        if (at < 0)
            return;
        bytes.Clear();
        bytes.AddRange(Encoding.UTF8.GetBytes(text[..at] + Pick(random, to) + text[(at + what.Length)..]));
    }
}
