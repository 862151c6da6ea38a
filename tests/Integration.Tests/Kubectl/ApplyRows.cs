using System.Text.Json.Nodes;
using Xunit;

namespace Integration.Tests.Kubectl;

/// <summary><c>apply</c> on both sides, <c>diff</c>, <c>replace</c>, <c>edit</c>.</summary>
internal static class ApplyRows
{
    private const string Area = "apply";

    public static IEnumerable<MatrixRow> All =>
    [
        new(Area, "apply (create, unchanged, configured)", async k =>
        {
            await k.In(Manifests.Deployment(), "apply -f -", "created");
            await k.In(Manifests.Deployment(), "apply -f -", "unchanged");
            await k.In(Manifests.Deployment("registry.test/web:2"), "apply -f -", "configured");
            await k.Is("deploy web", ".spec.template.spec.containers[0].image} {.metadata.generation", "registry.test/web:2 2");
        }),
        new(Area, "apply (removes what is no longer stated)", async k =>
        {
            await k.In(Manifests.ConfigMap("a", "a: b, c: d"), "apply -f -");
            await k.Ok("patch cm a --type=merge -p '{\"data\":{\"other\":\"o\"}}'");
            await k.In(Manifests.ConfigMap("a", "a: b"), "apply -f -", "configured");
            Assert.Equal("""{"a":"b","other":"o"}""", (await k.Json("cm a"))["data"]!.ToJsonString());
        }),
        new(Area, "apply (env and port lists merge by key)", async k =>
        {
            await k.In(Manifests.Deployment(), "apply -f -");
            await k.Ok("set env deploy/web B=2");
            await k.In(Manifests.Deployment().Replace("value: \"1\"", "value: \"9\"", StringComparison.Ordinal), "apply -f -", "configured");
            await k.Is("deploy web", ".spec.template.spec.containers[0].env[*].value", "9 2");
        }),
        new(Area, "apply -f DIR --prune -l", async k =>
        {
            await k.In(Manifests.ConfigMap("a") + "\n---\n" + Manifests.ConfigMap("b"), "apply -f -");
            await k.In(Manifests.ConfigMap("a"), "apply --prune -l x=y --prune-allowlist=core/v1/ConfigMap -f -", "configmap/b pruned");
        }),
        new(Area, "apply -k DIR", async k =>
        {
            await k.File("kustomization.yaml", "resources: [ a.yaml ]\nnamePrefix: pre-\n");
            await k.File("a.yaml", Manifests.ConfigMap("a"));
            await k.Ok($"apply -k {k.Directory}", "configmap/pre-a created");
        }),
        new(Area, "apply view-last-applied", async k =>
        {
            await k.In(Manifests.Deployment(), "apply -f -");
            await k.Ok("apply view-last-applied deploy/web", "image: registry.test/web:1");
        }),
        new(Area, "apply set-last-applied", async k =>
        {
            var file = await k.File("a.yaml", Manifests.ConfigMap("a"));
            await k.Ok($"create -f {file}");
            await k.Ok($"apply set-last-applied --create-annotation -f {file}", "configured");
            await k.Ok("apply view-last-applied cm/a", "a: b");
        }),
        new(Area, "apply edit-last-applied", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "apply -f -");
            await Edited(k, "apply edit-last-applied cm/a", "s/a: b/a: c/", "edited");
            await k.Ok("apply view-last-applied cm/a", "a: c");
        }),
        new(Area, "apply --dry-run=server", async k =>
        {
            await k.In(Manifests.Deployment(), "apply -f -");
            await k.In(Manifests.Deployment("registry.test/web:2"), "apply --dry-run=server -f -", "configured (server dry run)");
            await k.Is("deploy web", ".spec.template.spec.containers[0].image", "registry.test/web:1");
        }),
        new(Area, "apply --force (immutable field)", async k =>
        {
            await k.In(Manifests.Deployment(), "apply -f -");
            var moved = Manifests.Deployment().Replace("app: web }", "app: other }", StringComparison.Ordinal);
            await k.FailsIn(moved, "apply -f -", "field is immutable");
            await k.In(moved, "apply --force -f -", "configured");
        }),
        new(Area, "apply --server-side", async k =>
        {
            await k.In(Manifests.Deployment(), "apply --server-side -f -", "serverside-applied");
            var entry = (await k.Json("deploy web --show-managed-fields"))["metadata"]!["managedFields"]!.AsArray().Single(e => (string)e!["manager"]! == "kubectl")!;
            Assert.Equal("Apply", (string)entry["operation"]!);
        }),
        new(Area, "apply --server-side (conflict, --force-conflicts)", async k =>
        {
            await k.In(Manifests.Deployment(), "apply --server-side -f -");
            await k.Ok("scale deploy web --replicas=5");
            await k.FailsIn(Manifests.Deployment(), "apply --server-side -f -", "conflict with \"kubectl\"", "subresource \"scale\"", ".spec.replicas", "--force-conflicts");
            await k.In(Manifests.Deployment(), "apply --server-side --force-conflicts -f -", "serverside-applied");
            await k.Is("deploy web", ".spec.replicas", "2");
        }),
        new(Area, "apply --server-side --field-manager (two managers)", async k =>
        {
            await k.In(Manifests.ConfigMap("a", "a: b"), "apply --server-side --field-manager=one -f -");
            await k.In("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {c: d}}", "apply --server-side --field-manager=two -f -");
            await k.In("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "apply --server-side --field-manager=one -f -");
            Assert.Equal("""{"c":"d"}""", (await k.Json("cm a"))["data"]!.ToJsonString());
        }),
        new(Area, "apply --server-side (migrates a client-side object)", async k =>
        {
            await k.In(Manifests.ConfigMap("a", "a: b, c: d"), "apply -f -");
            await k.In(Manifests.ConfigMap("a", "a: x"), "apply --server-side -f -", "serverside-applied");
            var map = await k.Json("cm a --show-managed-fields");
            Assert.Equal("""{"a":"x"}""", map["data"]!.ToJsonString());
            Assert.DoesNotContain(map["metadata"]!["managedFields"]!.AsArray(), e => (string)e!["manager"]! == "kubectl-client-side-apply");
        }),
        new(Area, "apply --server-side --dry-run=server", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "apply --server-side --dry-run=server -f -", "serverside-applied (server dry run)");
            await k.Fails("get cm a", "NotFound");
        }),
        new(Area, "apply --subresource=status --server-side", async k =>
        {
            await k.Ok("create ingress front --rule=a.example/=svc:80");
            await k.In("{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: front}, spec: {ingressClassName: other}, status: {loadBalancer: {ingress: [ {ip: 10.1.2.3} ]}}}", "apply --server-side --subresource=status --field-manager=me -f -", "serverside-applied");
            await k.Is("ingress front", ".spec.ingressClassName", "");
            await k.Is("ingress front", ".status.loadBalancer.ingress[0].ip", "10.1.2.3");
        }),
        new(Area, "diff", async k =>
        {
            await k.In(Manifests.Deployment(), "apply -f -");
            Assert.Equal(0, (await k.RunAsync(Manifests.Deployment(), "diff -f -")).ExitCode);
            var diff = await k.RunAsync(Manifests.Deployment("registry.test/web:2"), "diff -f -");
            Assert.Equal(1, diff.ExitCode);
            Assert.Contains("+      - image: registry.test/web:2", diff.Output.Replace("+        image", "+      - image", StringComparison.Ordinal), StringComparison.Ordinal);
        }),
        new(Area, "diff --server-side", async k =>
        {
            await k.In(Manifests.Deployment(), "apply --server-side -f -");
            Assert.Equal(1, (await k.RunAsync(Manifests.Deployment("registry.test/web:2"), "diff --server-side -f -")).ExitCode);
        }),
        new(Area, "replace", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.In(Manifests.ConfigMap("a", "z: z"), "replace -f -", "configmap/a replaced");
            Assert.Equal("""{"z":"z"}""", (await k.Json("cm a"))["data"]!.ToJsonString());
            await k.FailsIn(Manifests.ConfigMap("missing"), "replace -f -", "NotFound");
        }),
        new(Area, "replace (stale resourceVersion)", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            var stale = await k.Ok("get cm a -o json");
            await k.Ok("label cm a z=z");
            await k.FailsIn(stale, "replace -f -", "(Conflict)", "the object has been modified");
        }),
        new(Area, "replace --force", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            var uid = (string)(await k.Json("cm a"))["metadata"]!["uid"]!;
            await k.In(Manifests.ConfigMap("a"), "replace --force -f -", "configmap/a replaced");
            Assert.NotEqual(uid, (string)(await k.Json("cm a"))["metadata"]!["uid"]!);
        }),
        new(Area, "replace --subresource=status", async k =>
        {
            await k.In(Manifests.Deployment(replicas: 0), "create -f -");
            var deployment = await k.Json("deploy web");
            deployment["metadata"]!.AsObject().Remove("resourceVersion");
            deployment["spec"]!["replicas"] = 7;
            deployment["status"] = new JsonObject { ["collisionCount"] = 3 };
            await k.In(deployment.ToJsonString(), "replace --subresource=status -f -", "replaced");
            await k.Is("deploy web", ".spec.replicas} {.status.collisionCount", "0 3");
        }),
        new(Area, "edit", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await Edited(k, "edit cm a", "s/a: b/a: edited/", "configmap/a edited");
            await k.Is("cm a", ".data.a", "edited");
            await Edited(k, "edit cm a", "s/nothing/else/", "Edit cancelled, no changes made.");
        }),
        new(Area, "edit --subresource=status", async k =>
        {
            await k.In(Manifests.Deployment(replicas: 0), "create -f -");
            await Edited(k, "edit deploy web --subresource=status", "s/^status:.*/status:\\n  collisionCount: 4/", "edited");
        }),
    ];

    private static async Task Edited(MatrixRun run, string command, string script, string says)
    {
        var editor = await run.File("editor.sh", $"#!/bin/sh\nsed -i '{script}' \"$1\"\n");
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(editor, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var result = await run.RunAsync(null, command, new Dictionary<string, string> { ["KUBE_EDITOR"] = editor });
        Assert.True(result.ExitCode == 0, $"kubectl {command}: {result.Error} {result.Output}");
        Assert.Contains(says, result.Output + result.Error, StringComparison.Ordinal);
    }
}
