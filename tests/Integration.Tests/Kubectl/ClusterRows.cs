using System.Text.RegularExpressions;
using Xunit;

namespace Integration.Tests.Kubectl;

/// <summary>Questions about the server and about oneself.</summary>
internal static class ClusterRows
{
    private const string Area = "cluster";

    public static IEnumerable<MatrixRow> All =>
    [
        new(Area, "api-resources", async k =>
        {
            await k.Ok("api-resources", "deployments", "deploy", "apps/v1", "true", "Deployment");
            await k.Ok("api-resources --namespaced=false -o wide", "nodes", "VERBS", "deletecollection");
            await k.Ok("api-resources --api-group=batch -o name", "cronjobs.batch", "jobs.batch");
            await k.Ok("api-resources --categories=all -o name", "pods", "deployments.apps");
        }),
        new(Area, "api-versions", async k => await k.Ok("api-versions", "apps/v1", "batch/v1", "v1", "rbac.authorization.k8s.io/v1")),
        new(Area, "cluster-info", async k => await k.Ok("cluster-info", "Kubernetes control plane", "is running at", "https://127.0.0.1")),
        new(Area, "cluster-info dump", async k => await k.Ok("cluster-info dump --namespaces=default", "\"kind\": \"NodeList\"")) { Needs = "/api/v1 replicationcontrollers" },
        new(Area, "version", async k =>
        {
            await k.Ok("version", "Server Version: v1.32");
            await k.Ok("version -o json", "\"serverVersion\"", "\"minor\": \"32\"");
        }),
        new(Area, "auth can-i", async k =>
        {
            await k.Ok("auth can-i create pods", "yes");
            Assert.Equal(1, (await k.RunAsync(null, "auth can-i create pods --as=nobody")).ExitCode);
        }),
        new(Area, "auth can-i --list", async k => await k.Ok("auth can-i --list", "Resources", "Verbs")),
        new(Area, "auth whoami", async k => await k.Ok("auth whoami", "Username", "admin", "system:masters")),
        new(Area, "auth reconcile", async k =>
        {
            var role = $"{{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {{name: r, namespace: {k.Namespace}}}, rules: [{{apiGroups: [''], resources: [pods], verbs: [get]}}]}}";
            await k.In(role, "auth reconcile -f -", "reconciled");
            await k.In(role.Replace("[get]", "[get, list]", StringComparison.Ordinal), "auth reconcile -f -", "reconciled");
            await k.Is("role r", ".rules[*].verbs[*]", "get list");
        }),
        new(Area, "create token", async k =>
        {
            await k.Ok("create serviceaccount robot");
            Assert.Equal(3, (await k.Ok("create token robot --duration=1h")).Trim().Split('.').Length);
        }) { Needs = "/api/v1 serviceaccounts/token" },
        new(Area, "certificate approve, deny", async k =>
        {
            await k.In(await SigningRequestAsync(k.Unique), "create -f -", "created");
            await k.Ok($"certificate approve {k.Unique}", "approved");
            await k.Ok($"wait csr/{k.Unique} --for=condition=Approved --timeout=10s");
            await k.In(await SigningRequestAsync(k.Unique + "b"), "create -f -", "created");
            await k.Ok($"certificate deny {k.Unique}b", "denied");
            await k.Ok("get csr", "Approved", "Denied");
        }),
        new(Area, "proxy", async k =>
        {
            using var proxy = k.Start("proxy --port=0");
            await proxy.SaysAsync("Starting to serve on ");
            var address = Regex.Match(proxy.Output, @"127\.0\.0\.1:\d+").Value;
            using var client = new HttpClient();
            Assert.Contains("\"NamespaceList\"", await client.GetStringAsync(new Uri($"http://{address}/api/v1/namespaces")), StringComparison.Ordinal);
        }),
        new(Area, "config view, get-contexts", async k =>
        {
            await k.Ok("config view --minify", "current-context: portal");
            await k.Ok("config get-contexts", "portal");
        }),
        new(Area, "kustomize", async k =>
        {
            await k.File("kustomization.yaml", "resources: [ a.yaml ]\nnamePrefix: pre-\n");
            await k.File("a.yaml", Manifests.ConfigMap("a"));
            await k.Ok($"kustomize {k.Directory}", "name: pre-a");
        }),
        new(Area, "requests as another (--as, --as-group)", async k =>
        {
            await k.Fails("get pods --as=nobody", "Error from server (Forbidden)", "User \"nobody\" cannot list resource \"pods\"");
            await k.Ok("get pods --as=somebody --as-group=system:masters");
        }),
    ];

    private static Task<string> SigningRequestAsync(string name)
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=someone,O=team", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var pem = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()));
        return Task.FromResult($"{{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {{name: {name}}}, spec: {{request: {pem}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}}}}");
    }
}
