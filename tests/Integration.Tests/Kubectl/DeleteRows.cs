using Xunit;

namespace Integration.Tests.Kubectl;

/// <summary><c>delete</c> with every cascade.</summary>
internal static class DeleteRows
{
    private const string Area = "delete";

    public static IEnumerable<MatrixRow> All =>
    [
        new(Area, "delete", async k =>
        {
            await k.In(Manifests.ConfigMap("a") + "\n---\n" + Manifests.ConfigMap("b"), "create -f -");
            await k.Ok("delete cm a b", "configmap \"a\" deleted", "configmap \"b\" deleted");
            await k.Fails("delete cm a", "NotFound");
            await k.Ok("delete cm a --ignore-not-found");
        }),
        new(Area, "delete -f", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.In(Manifests.ConfigMap("a"), "delete -f -", "deleted");
        }),
        new(Area, "delete -l", async k =>
        {
            await k.In(Manifests.ConfigMap("a", labels: "t: '1'") + "\n---\n" + Manifests.ConfigMap("b"), "create -f -");
            await k.Ok("delete cm -l t=1", "\"a\" deleted");
            await k.Ok("get cm b");
        }),
        new(Area, "delete --all", async k =>
        {
            await k.In(Manifests.ConfigMap("a") + "\n---\n" + Manifests.ConfigMap("b"), "create -f -");
            await k.Ok("delete cm --all", "\"a\" deleted", "\"b\" deleted");
        }),
        new(Area, "delete --field-selector", async k =>
        {
            await k.In(Manifests.ConfigMap("a") + "\n---\n" + Manifests.ConfigMap("b"), "create -f -");
            await k.Ok("delete cm --field-selector=metadata.name=a", "\"a\" deleted");
            await k.Ok("get cm b");
        }),
        new(Area, "delete --dry-run=server", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok("delete cm a --dry-run=server", "deleted (server dry run)");
            await k.Ok("get cm a");
        }),
        new(Area, "delete --cascade=background", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("rollout status deploy/web --timeout=50s");
            await k.Ok("delete deploy web --cascade=background", "deleted");
            await k.Ok("wait rs,pod -l app=web --for=delete --timeout=50s");
        }),
        new(Area, "delete --cascade=foreground", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("rollout status deploy/web --timeout=50s");
            await k.Ok("delete deploy web --cascade=foreground --timeout=50s", "deleted");
            Assert.Equal("", (await k.Ok("get rs,pods -l app=web -o name")).Trim());
        }),
        new(Area, "delete --cascade=orphan", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("rollout status deploy/web --timeout=50s");
            await k.Ok("delete deploy web --cascade=orphan --timeout=50s", "deleted");
            await k.Ok("get rs -l app=web -o name", "replicaset.apps/web-");
            await k.Is("rs -l app=web", ".items[0].metadata.ownerReferences", "");
        }),
        new(Area, "delete --wait (finalizer)", async k =>
        {
            await k.In("{apiVersion: v1, kind: ConfigMap, metadata: {name: held, finalizers: [example.com/hold]}}", "create -f -");
            await k.Fails("delete cm held --timeout=2s", "timed out");
            await k.Ok("get cm held -o 'jsonpath={.metadata.deletionTimestamp}'", "T");
            await k.Ok("patch cm held --type=json -p '[{\"op\":\"remove\",\"path\":\"/metadata/finalizers\"}]'");
            await k.Fails("get cm held", "NotFound");
        }),
        new(Area, "delete --wait=false", async k =>
        {
            await k.In("{apiVersion: v1, kind: ConfigMap, metadata: {name: held, finalizers: [example.com/hold]}}", "create -f -");
            await k.Ok("delete cm held --wait=false", "deleted");
            await k.Ok("patch cm held --type=merge -p '{\"metadata\":{\"finalizers\":null}}'");
        }),
        new(Area, "delete pod --grace-period=0 --force, --now", async k =>
        {
            await k.In(Manifests.Pod("a") + "\n---\n" + Manifests.Pod("b"), "create -f -");
            await k.Ok("delete pod a --grace-period=0 --force", "force deleted");
            await k.Ok("delete pod b --now --timeout=30s", "deleted");
        }),
        new(Area, "delete --raw", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok($"delete --raw /api/v1/namespaces/{k.Namespace}/configmaps/a", "\"status\":\"Success\"");
        }),
        new(Area, "delete namespace", async k =>
        {
            await k.Ok($"create ns {k.Unique}");
            await k.In($"{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{{\"name\":\"a\"}}}}", $"create --raw /api/v1/namespaces/{k.Unique}/configmaps -f -");
            await k.Ok($"delete ns {k.Unique} --timeout=50s", "deleted");
            await k.Fails($"get ns {k.Unique}", "NotFound");
        }),
    ];
}
