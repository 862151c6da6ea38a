using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>What admission does to writes, as the real kubectl sees it, and what the audit log keeps of it.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private const string Root = """
        apiVersion: v1
        kind: Pod
        metadata: { name: root }
        spec: { containers: [ { name: c, image: "x:1", securityContext: { privileged: true } } ] }
        """;

    private readonly string _log = Path.Combine(Path.GetTempPath(), $"portal-audit-{Guid.NewGuid():N}.log");
    private ApiServerFixture _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServerFixture.StartAsync(options: options => options.AuditLogPath = _log);
        await Ok("create", "namespace", "a");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        File.Delete(_log);
    }

    [Fact]
    public async Task A_namespace_says_how_safe_its_pods_must_be()
    {
        await Ok("label", "namespace", "a", "pod-security.kubernetes.io/enforce=baseline", "pod-security.kubernetes.io/warn=restricted");
        var refused = await _server.KubectlWithAsync(_server.AdminKubeconfig, Root, "apply", "-n", "a", "-f", "-");
        Assert.Contains("pods \"root\" is forbidden: violates PodSecurity \"baseline:latest\": privileged (container \"c\" must not set securityContext.privileged=true)", refused.Error, StringComparison.Ordinal);
        var plain = await _server.KubectlAsync("run", "plain", "--image=x:1", "-n", "a");
        Assert.Contains("Warning: would violate PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"plain\" must set securityContext.allowPrivilegeEscalation=false)", plain.Error, StringComparison.Ordinal);
        _ = plain.Succeeded;
        Assert.Contains("Warning: would violate", (await _server.KubectlAsync("create", "deployment", "web", "--image=x:1", "-n", "a")).Error, StringComparison.Ordinal);
        var stricter = await _server.KubectlAsync("label", "namespace", "a", "--overwrite", "pod-security.kubernetes.io/enforce=restricted");
        Assert.Contains("existing pods in namespace \"a\" violate the new PodSecurity enforce level \"restricted:latest\"", stricter.Error, StringComparison.Ordinal);
        Assert.Contains("must be one of privileged, baseline, restricted", (await _server.KubectlAsync("label", "namespace", "a", "--overwrite", "pod-security.kubernetes.io/enforce=none")).Error, StringComparison.Ordinal);
        // A pod from before can still be changed and go.
        await Ok("label", "pod", "plain", "-n", "a", "still=here");
        await Ok("delete", "pod", "plain", "-n", "a", "--grace-period=0", "--force");
    }

    [Fact]
    public async Task A_quota_refuses_what_exceeds_it_and_shows_what_is_used()
    {
        await Ok("create", "quota", "q", "--hard=pods=2,configmaps=1", "-n", "a");
        foreach (var name in (string[])["one", "two"])
            await Ok("run", name, "--image=x:1", "-n", "a");
        Assert.Contains("pods \"three\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2", (await _server.KubectlAsync("run", "three", "--image=x:1", "-n", "a")).Error, StringComparison.Ordinal);
        await Eventually.Async("the usage in the status", async () => (await Ok("get", "quota", "q", "-n", "a", "-o", "jsonpath={.status.used}")).Output, used => used == """{"configmaps":"0","pods":"2"}""");
        await Ok("delete", "pod", "one", "-n", "a", "--grace-period=0", "--force");
        await Ok("run", "three", "--image=x:1", "-n", "a");
    }

    [Fact]
    public async Task A_claim_and_an_ingress_without_a_class_get_the_default_one()
    {
        const string classes = """
            # Flow style; kubectl takes what begins with a brace for JSON.
            { apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: { name: plain }, spec: { controller: x/plain } }
            ---
            { apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: { name: usual, annotations: { ingressclass.kubernetes.io/is-default-class: "true" } }, spec: { controller: x/usual } }
            ---
            { apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: disk, annotations: { storageclass.kubernetes.io/is-default-class: "true" } }, provisioner: x/disk }
            """;
        const string objects = """
            # As above.
            { apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: without }, spec: { defaultBackend: { service: { name: s, port: { number: 80 } } } } }
            ---
            { apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: with }, spec: { ingressClassName: plain, defaultBackend: { service: { name: s, port: { number: 80 } } } } }
            ---
            { apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: without }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } }
            ---
            { apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: with }, spec: { storageClassName: "", accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } }
            """;
        _ = (await _server.KubectlWithAsync(_server.AdminKubeconfig, classes, "create", "-f", "-")).Succeeded;
        _ = (await _server.KubectlWithAsync(_server.AdminKubeconfig, objects, "create", "-n", "a", "-f", "-")).Succeeded;
        Assert.Equal("plain usual", (await Ok("get", "ingress", "-n", "a", "-o", "jsonpath={.items[*].spec.ingressClassName}")).Output);
        Assert.Equal("with= without=disk ", (await Ok("get", "pvc", "-n", "a", "-o", "jsonpath={range .items[*]}{.metadata.name}={.spec.storageClassName} {end}")).Output);
    }

    [Fact]
    public async Task A_pod_gets_account_token_volume_and_priority_unless_it_says_no()
    {
        await Ok("create", "serviceaccount", "default", "-n", "a");
        await Ok("create", "priorityclass", "normal", "--value=7", "--global-default");
        await Ok("run", "with", "--image=x:1", "-n", "a");
        var pod = JsonNode.Parse((await Ok("get", "pod", "with", "-n", "a", "-o", "json")).Output)!["spec"]!;
        Assert.Equal("default", (string?)pod["serviceAccountName"]);
        Assert.Equal(7, (int)pod["priority"]!);
        var volume = Assert.Single(pod["volumes"]!.AsArray())!;
        Assert.StartsWith("kube-api-access-", (string?)volume["name"], StringComparison.Ordinal);
        var sources = JsonNode.Parse("""[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}]""");
        Assert.True(JsonNode.DeepEquals(sources, volume["projected"]!["sources"]), volume.ToJsonString());
        Assert.Equal("/var/run/secrets/kubernetes.io/serviceaccount", (string?)pod["containers"]![0]!["volumeMounts"]![0]!["mountPath"]);

        await Ok("run", "without", "--image=x:1", "-n", "a", "--overrides", """{"spec":{"automountServiceAccountToken":false}}""");
        Assert.Equal("", (await Ok("get", "pod", "without", "-n", "a", "-o", "jsonpath={.spec.volumes}")).Output);
        Assert.Contains("error looking up service account a/nobody: serviceaccount \"nobody\" not found", (await _server.KubectlAsync("run", "bad", "--image=x:1", "-n", "a", "--overrides", """{"spec":{"serviceAccountName":"nobody"}}""")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_old_kind_of_secret_is_filled_with_a_token_that_works_until_it_is_gone()
    {
        await Ok("create", "serviceaccount", "robot", "-n", "a");
        await Ok("create", "rolebinding", "robot", "--clusterrole=view", "--serviceaccount=a:robot", "-n", "a");
        _ = (await _server.KubectlWithAsync(_server.AdminKubeconfig, """
            apiVersion: v1
            kind: Secret
            metadata: { name: robot-token, annotations: { kubernetes.io/service-account.name: robot } }
            type: kubernetes.io/service-account-token
            """, "apply", "-n", "a", "-f", "-")).Succeeded;
        var encoded = await Eventually.Async("a token in the secret", async () => (await Ok("get", "secret", "robot-token", "-n", "a", "-o", "jsonpath={.data.token}")).Output, data => data.Length > 0);
        var config = _server.WriteTokenKubeconfig("robot", System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(encoded)));
        Assert.Equal(0, (await _server.KubectlWithAsync(config, null, "get", "pods", "-n", "a")).ExitCode);
        await Ok("delete", "secret", "robot-token", "-n", "a");
        Assert.NotEqual(0, (await _server.KubectlWithAsync(config, null, "get", "pods", "-n", "a")).ExitCode);
    }

    [Fact]
    public async Task The_audit_log_holds_changes_refusals_and_looks_at_secrets_but_no_content()
    {
        const string canary = "c4n4ry-in-a-secret";
        await Ok("create", "secret", "generic", "s", "--from-literal=k=" + canary, "-n", "a");
        await Ok("get", "secret", "s", "-n", "a");
        await Ok("get", "pods", "-n", "a");
        var jane = _server.WriteKubeconfig("jane", "jane", ["dev"]);
        await _server.KubectlWithAsync(jane, null, "get", "pods", "-n", "a");
        await Ok("get", "pods", "-n", "a", "--as=joe", "--as-group=system:masters");
        await Ok("delete", "secret", "s", "-n", "a", "--as=joe", "--as-group=system:masters");
        var lines = await Eventually.Async("a line about the deletion", async () => await File.ReadAllLinesAsync(_log), all => all.Any(l => l.Contains("\"verb\":\"delete\"", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, l => l.Contains(canary, StringComparison.Ordinal) || l.Contains(Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(canary)), StringComparison.Ordinal));
        var events = lines.Select(l => JsonNode.Parse(l)!).ToArray();
        Assert.All(events, e => Assert.Equal("audit.k8s.io/v1", (string?)e["apiVersion"]));
        var created = Assert.Single(events, e => (string?)e["verb"] == "create" && (string?)e["objectRef"]!["resource"] == "secrets");
        Assert.Equal(201, (int)created["responseStatus"]!["code"]!);
        Assert.Equal("admin", (string?)created["user"]!["username"]);
        Assert.Contains(events, e => (string?)e["verb"] == "get" && (string?)e["objectRef"]!["resource"] == "secrets");
        var refused = Assert.Single(events, e => (string?)e["user"]!["username"] == "jane" && (string?)e["objectRef"]?["resource"] == "pods");
        Assert.Equal("forbid", (string?)refused["annotations"]!["authorization.k8s.io/decision"]);
        var deleted = Assert.Single(events, e => (string?)e["verb"] == "delete");
        Assert.Equal("joe", (string?)deleted["impersonatedUser"]!["username"]);
        Assert.DoesNotContain(events, e => (string?)e["user"]!["username"] == "admin" && (string?)e["objectRef"]?["resource"] == "pods");
    }

    private async Task<KubectlResult> Ok(params string[] arguments)
    {
        var result = await _server.KubectlAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
