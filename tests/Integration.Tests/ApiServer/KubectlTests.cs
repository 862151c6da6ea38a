using System.Text.Json.Nodes;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>The real kubectl against the real server over TLS, as a person would use it.</summary>
public sealed class KubectlTests : IAsyncLifetime
{
    private const string App = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web, labels: { app: web } }
        spec:
          replicas: REPLICAS
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec:
              containers:
              - { name: c, image: IMAGE, ports: [ { containerPort: 80 } ], env: [ { name: A, value: "1" } ] }
        """;

    private ApiServerFixture _server = null!;

    public async ValueTask InitializeAsync() => _server = await ApiServerFixture.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Generators_create_what_they_name_although_they_send_protobuf()
    {
        foreach (var command in (string[])
        [
            "create namespace shop", "create configmap c --from-literal=a=b", "create secret generic s --from-literal=k=v", "create deployment web --image=x:1 --replicas=2 --port=80",
            "create service clusterip svc --tcp=80:8080", "create service nodeport np --tcp=80", "create job once --image=x:1 -- sh", "create cronjob tick --image=x:1 --schedule=@hourly -- sh",
            "create ingress front --rule=a.example/=svc:80", "create quota q --hard=pods=9", "create role r --verb=get --resource=pods", "create rolebinding rb --role=r --user=u",
            "create clusterrole cr --verb=get --resource=pods", "create clusterrolebinding crb --clusterrole=cr --user=u", "create serviceaccount robot", "create poddisruptionbudget p --selector=app=web --min-available=1",
            "create priorityclass high --value=1000",
        ])
        {
            Assert.Contains("created", await Ok(command), StringComparison.Ordinal);
        }

        var deployment = JsonNode.Parse(await Ok("get deployment web -o json"))!;
        Assert.Equal(2, (int)deployment["spec"]!["replicas"]!);
        Assert.Equal(80, (int)deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["ports"]![0]!["containerPort"]!);
        Assert.Equal("25%", (string)deployment["spec"]!["strategy"]!["rollingUpdate"]!["maxSurge"]!);
        Assert.Equal("a.example", (string)JsonNode.Parse(await Ok("get ingress front -o json"))!["spec"]!["rules"]![0]!["host"]!);
        Assert.Equal("v", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)JsonNode.Parse(await Ok("get secret s -o json"))!["data"]!["k"]!)));
    }

    [Fact]
    public async Task Apply_creates_changes_and_prunes_fields_client_side()
    {
        Assert.Contains("created", await Apply("x:1", 2), StringComparison.Ordinal);
        Assert.Contains("unchanged", await Apply("x:1", 2), StringComparison.Ordinal);
        var diff = await _server.KubectlWithAsync(_server.AdminKubeconfig, Manifest("x:2", 2), "diff", "-f", "-");
        Assert.Equal(1, diff.ExitCode);
        Assert.Contains("image: x:2", diff.Output, StringComparison.Ordinal);
        Assert.Contains("configured", await Apply("x:2", 2), StringComparison.Ordinal);
        Assert.Equal("2 x:2", await Ok("get deploy web -o jsonpath={.metadata.generation}{\"\\u0020\"}{.spec.template.spec.containers[0].image}"));
    }

    [Fact]
    public async Task Server_side_apply_conflicts_until_it_is_forced()
    {
        Assert.Contains("serverside-applied", await Apply("x:1", 2, "--server-side"), StringComparison.Ordinal);
        await Ok("scale deploy web --replicas=5");
        var conflict = await _server.KubectlWithAsync(_server.AdminKubeconfig, Manifest("x:1", 2), "apply", "--server-side", "-f", "-");
        Assert.NotEqual(0, conflict.ExitCode);
        Assert.Contains(".spec.replicas", conflict.Error, StringComparison.Ordinal);
        Assert.Equal("5", await Ok("get deploy web -o jsonpath={.spec.replicas}"));
        await Apply("x:1", 2, "--server-side", "--force-conflicts");
        Assert.Equal("2", await Ok("get deploy web -o jsonpath={.spec.replicas}"));
    }

    [Fact]
    public async Task Everyday_changes_work()
    {
        await Apply("x:1", 1);
        await Ok("scale deploy web --replicas=3");
        await Ok("set image deploy/web c=x:9");
        await Ok("label deploy web team=blue");
        await Ok("annotate deploy web note=hi");
        await Ok("rollout restart deploy/web");
        await Ok("rollout pause deploy/web");
        await Ok("patch deploy web --type=json -p [{\"op\":\"replace\",\"path\":\"/spec/revisionHistoryLimit\",\"value\":3}]");
        var web = JsonNode.Parse(await Ok("get deploy web -o json"))!;
        Assert.Equal(3, (int)web["spec"]!["replicas"]!);
        Assert.Equal("x:9", (string)web["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!);
        Assert.Equal("blue", (string)web["metadata"]!["labels"]!["team"]!);
        Assert.Equal(3, (int)web["spec"]!["revisionHistoryLimit"]!);
        Assert.Contains("web", await Ok("get deploy -l team=blue,app in (web)"), StringComparison.Ordinal);
        Assert.Contains("CONTAINERS", await Ok("get deploy -o wide"), StringComparison.Ordinal);
        Assert.Contains("Replicas:", await Ok("describe deploy web"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollout_undo_and_status_follow_hand_made_replica_sets()
    {
        await Apply("x:2", 1);
        await Ok("annotate deploy web deployment.kubernetes.io/revision=2");
        var uid = await Ok("get deploy web -o jsonpath={.metadata.uid}");
        foreach (var revision in (int[])[1, 2])
            await Input(ReplicaSet(uid, revision), "create", "-f", "-");
        Assert.Contains("rolled back", await Ok("rollout undo deploy/web"), StringComparison.Ordinal);
        Assert.Equal("x:1", await Ok("get deploy web -o jsonpath={.spec.template.spec.containers[0].image}"));
        await Ok("patch deploy web --subresource=status --type=merge -p {\"status\":{\"observedGeneration\":9,\"replicas\":1,\"updatedReplicas\":1,\"readyReplicas\":1,\"availableReplicas\":1}}");
        Assert.Contains("successfully rolled out", await Ok("rollout status deploy/web --timeout=20s"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_are_refused_with_the_field_they_are_in()
    {
        Assert.Contains("unknown field \"dataa\"", await Refused("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bad"},"dataa":{}}"""), StringComparison.Ordinal);
        Assert.Contains("spec.containers[0].image: Required value", await Refused("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"bad"},"spec":{"containers":[{"name":"c"}]}}"""), StringComparison.Ordinal);
        Assert.Contains("`selector` does not match template `labels`", await Refused(Manifest("x:1", 1).Replace("labels: { app: web } }\n    spec", "labels: { app: other } }\n    spec", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("duplicate field", await Refused("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"bad\"},\"data\":{\"a\":\"1\",\"a\":\"2\"}}", raw: true), StringComparison.Ordinal);
        Assert.DoesNotContain("bad", await Ok("get cm,pods -A"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_discovery_and_questions_about_oneself_are_answered()
    {
        Assert.Contains("maxUnavailable", await Ok("explain deployment.spec.strategy.rollingUpdate"), StringComparison.Ordinal);
        Assert.Contains("deployments", await Ok("api-resources"), StringComparison.Ordinal);
        Assert.Contains("apps/v1", await Ok("api-versions"), StringComparison.Ordinal);
        Assert.Equal("yes", (await Ok("auth can-i create pods")).Trim());
        Assert.Contains("admin", await Ok("auth whoami"), StringComparison.Ordinal);
        Assert.Contains("v1.32", await Ok("version"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_goes_only_when_it_is_finalized_and_takes_nothing_new_meanwhile()
    {
        await Ok("create ns gone");
        await Ok("delete ns gone --wait=false");
        var refused = await _server.KubectlAsync("create", "cm", "x", "-n", "gone");
        Assert.Contains("being terminated", refused.Error, StringComparison.Ordinal);
        var ns = JsonNode.Parse(await Ok("get ns gone -o json"))!;
        ns["spec"] = new JsonObject();
        await Input(ns.ToJsonString(), "replace", "--raw", "/api/v1/namespaces/gone/finalize", "-f", "-");
        Assert.Contains("NotFound", (await _server.KubectlAsync("get", "ns", "gone")).Error, StringComparison.Ordinal);
        Assert.NotEqual(0, (await _server.KubectlAsync("delete", "ns", "default")).ExitCode);
    }

    [Fact]
    public async Task Deleting_waits_until_the_object_is_gone()
    {
        await Ok("run p --image=x:1");
        Assert.Contains("deleted", await Ok("delete pod p"), StringComparison.Ordinal);
        await Ok("wait --for=delete pod/p --timeout=5s");
        await Ok("create cm a --dry-run=server");
        Assert.Contains("NotFound", (await _server.KubectlAsync("get", "cm", "a")).Error, StringComparison.Ordinal);
    }

    private static string Manifest(string image, int replicas) =>
        App.Replace("IMAGE", image, StringComparison.Ordinal).Replace("REPLICAS", replicas.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string ReplicaSet(string uid, int revision) => $$$$$"""
        {"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web-{{{{{revision}}}}}","labels":{"app":"web","pod-template-hash":"h{{{{{revision}}}}}"},"annotations":{"deployment.kubernetes.io/revision":"{{{{{revision}}}}}"},
        "ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"{{{{{uid}}}}}","controller":true}]},
        "spec":{"replicas":1,"selector":{"matchLabels":{"app":"web","pod-template-hash":"h{{{{{revision}}}}}"}},"template":{"metadata":{"labels":{"app":"web","pod-template-hash":"h{{{{{revision}}}}}"}},"spec":{"containers":[{"name":"c","image":"x:{{{{{revision}}}}}"}]}}}}
        """;

    private async Task<string> Ok(string command) => (await _server.KubectlAsync(Words(command))).Succeeded;

    private async Task<string> Input(string input, params string[] arguments) => (await _server.KubectlWithAsync(_server.AdminKubeconfig, input, arguments)).Succeeded;

    private Task<string> Apply(string image, int replicas, params string[] flags) => Input(Manifest(image, replicas), ["apply", "-f", "-", .. flags]);

    private async Task<string> Refused(string manifest, bool raw = false)
    {
        string[] arguments = raw ? ["create", "--raw", "/api/v1/namespaces/default/configmaps?fieldValidation=Strict", "-f", "-"] : ["create", "-f", "-"];
        var result = await _server.KubectlWithAsync(_server.AdminKubeconfig, manifest, arguments);
        Assert.NotEqual(0, result.ExitCode);
        return result.Error;
    }

    // A value in parentheses keeps its blanks.
    private static string[] Words(string command)
    {
        var words = new List<string>();
        foreach (var word in command.Split(' '))
        {
            if (words.Count > 0 && (words[^1].EndsWith(" in", StringComparison.Ordinal) || word == "in"))
                words[^1] += " " + word;
            else
                words.Add(word);
        }

        return [.. words];
    }
}
