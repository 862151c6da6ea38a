using Xunit;

namespace Integration.Tests.Kubectl;

/// <summary>Everyday changes: <c>patch</c>, <c>label</c>, <c>annotate</c>, <c>taint</c>, <c>set</c>, <c>scale</c>, <c>rollout</c>.</summary>
internal static class ChangeRows
{
    private const string Area = "change";

    public static IEnumerable<MatrixRow> All =>
    [
        new(Area, "patch --type=strategic", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("patch deploy web -p '{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"side\",\"image\":\"registry.test/s:1\"}]}}}}'", "patched");
            await k.Is("deploy web", ".spec.template.spec.containers[*].name", "side c");
            await k.Ok("patch deploy web -p '{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"side\",\"$patch\":\"delete\"}]}}}}'", "patched");
            await k.Is("deploy web", ".spec.template.spec.containers[*].name", "c");
            await k.Ok("patch deploy web -p '{\"spec\":{\"strategy\":{\"$retainKeys\":[\"type\"],\"type\":\"Recreate\"}}}'", "patched");
        }),
        new(Area, "patch --type=merge", async k =>
        {
            await k.In(Manifests.ConfigMap("a", "a: b, c: d"), "create -f -");
            await k.Ok("patch cm a --type=merge -p '{\"data\":{\"a\":null,\"e\":\"f\"}}'", "patched");
            Assert.Equal("""{"c":"d","e":"f"}""", (await k.Json("cm a"))["data"]!.ToJsonString());
            await k.Ok("patch cm a --type=merge -p '{\"data\":{\"e\":\"f\"}}'", "patched (no change)");
        }),
        new(Area, "patch --type=json", async k =>
        {
            await k.In(Manifests.ConfigMap("a", "a: b"), "create -f -");
            await k.Ok("patch cm a --type=json -p '[{\"op\":\"test\",\"path\":\"/data/a\",\"value\":\"b\"},{\"op\":\"add\",\"path\":\"/data/n\",\"value\":\"1\"},{\"op\":\"move\",\"from\":\"/data/a\",\"path\":\"/data/z\"}]'", "patched");
            await k.Is("cm a", ".data.z", "b");
            await k.Fails("patch cm a --type=json -p '[{\"op\":\"remove\",\"path\":\"/data/none\"}]'", "The request is invalid", "/data/none");
        }),
        new(Area, "patch --subresource=status,scale", async k =>
        {
            await k.In(Manifests.Deployment(replicas: 0), "create -f -");
            await k.Ok("patch deploy web --subresource=status --type=merge -p '{\"status\":{\"collisionCount\":2}}'", "patched");
            await k.Ok("patch deploy web --subresource=scale --type=merge -p '{\"spec\":{\"replicas\":3}}'", "patched");
            await k.Is("deploy web", ".spec.replicas", "3");
        }),
        new(Area, "patch --dry-run=server -o yaml", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok("patch cm a --dry-run=server --type=merge -p '{\"data\":{\"new\":\"1\"}}' -o yaml", "new: \"1\"");
            await k.Is("cm a", ".data.new", "");
        }),
        new(Area, "patch (unknown field is warned about)", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok("patch cm a --type=merge -p '{\"nonsense\":1}'", "Warning: unknown field \"nonsense\"");
        }),
        new(Area, "label", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok("label cm a t=1", "labeled");
            await k.Fails("label cm a t=2", "--overwrite");
            await k.Ok("label cm a t=2 --overwrite", "labeled");
            await k.Ok("label cm --all t-", "unlabeled");
            await k.Ok("label cm a --list", "x=y");
            await k.Fails("label cm a 'bad key=1'", "bad key");
        }),
        new(Area, "label --resource-version", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Fails("label cm a t=1 --resource-version=1", "the object has been modified");
        }),
        new(Area, "annotate", async k =>
        {
            await k.In(Manifests.ConfigMap("a"), "create -f -");
            await k.Ok("annotate cm a note='two words'", "annotated");
            await k.Is("cm a", ".metadata.annotations.note", "two words");
            await k.Ok("annotate cm a note-", "annotated");
        }),
        new(Area, "taint", async k =>
        {
            await k.In($"{{apiVersion: v1, kind: Node, metadata: {{name: {k.Unique}}}}}", "create -f -");
            await k.Ok($"taint node {k.Unique} key=v:NoSchedule", "tainted");
            await k.Ok($"taint node {k.Unique} key=w:NoSchedule --overwrite", "modified");
            await k.Ok($"taint node {k.Unique} key-", "untainted");
        }),
        new(Area, "cordon, uncordon", async k =>
        {
            await k.In($"{{apiVersion: v1, kind: Node, metadata: {{name: {k.Unique}}}}}", "create -f -");
            await k.Ok($"cordon {k.Unique}", "cordoned");
            await k.Ok($"get node {k.Unique}", "SchedulingDisabled");
            await k.Ok($"uncordon {k.Unique}", "uncordoned");
        }),
        new(Area, "drain", async k =>
        {
            await k.In($"{{apiVersion: v1, kind: Node, metadata: {{name: {k.Unique}}}}}", "create -f -");
            await k.In(Manifests.Pod("p").Replace("spec:", $"spec:\n  nodeName: {k.Unique}", StringComparison.Ordinal), "create -f -");
            await k.Fails($"drain {k.Unique} --timeout=20s", "cannot delete");
            await k.Ok($"drain {k.Unique} --force --timeout=20s --grace-period=0", "evicting pod", "drained");
            await k.Fails("get pod p", "NotFound");
        }),
        new(Area, "set image", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("set image deploy/web c=registry.test/web:7", "image updated");
            await k.Is("deploy web", ".spec.template.spec.containers[0].image", "registry.test/web:7");
        }),
        new(Area, "set env", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("create cm e --from-literal=FROM=map");
            await k.Ok("set env deploy/web B=2 A-", "env updated");
            await k.Ok("set env deploy/web --from=configmap/e", "env updated");
            await k.Ok("set env deploy/web --list", "B=2", "FROM from configmap e");
        }),
        new(Area, "set resources", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("set resources deploy/web --limits=cpu=200m,memory=512Mi --requests=cpu=100m", "resource requirements updated");
            await k.Is("deploy web", ".spec.template.spec.containers[0].resources.limits.cpu", "200m");
        }),
        new(Area, "set serviceaccount, selector, subject", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("set serviceaccount deploy/web robot", "serviceaccount updated");
            await k.Ok("create service clusterip s --tcp=80");
            await k.Ok("set selector service s app=other", "selector updated");
            await k.Ok("create role r --verb=get --resource=pods");
            await k.Ok("create rolebinding rb --role=r --user=a");
            await k.Ok("set subject rolebinding rb --user=b", "subjects updated");
        }),
        new(Area, "scale", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("scale deploy web --replicas=3", "scaled");
            await k.Fails("scale deploy web --current-replicas=9 --replicas=1", "Expected replicas to be 9, was 3");
            await k.Ok("scale --replicas=0 deploy/web", "scaled");
        }),
        new(Area, "rollout status", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("rollout status deploy/web --timeout=50s", "successfully rolled out");
        }),
        new(Area, "rollout history, undo", async k =>
        {
            await k.In(Manifests.Deployment(), "create -f -");
            await k.Ok("annotate deploy web kubernetes.io/change-cause=first");
            await k.Ok("rollout status deploy/web --timeout=50s");
            await k.Ok("set image deploy/web c=registry.test/web:2");
            await k.Ok("rollout status deploy/web --timeout=50s");
            await k.Ok("rollout history deploy/web", "REVISION", "1 ", "2 ");
            await k.Ok("rollout history deploy/web --revision=1", "registry.test/web:1");
            await k.Ok("rollout undo deploy/web --to-revision=1", "rolled back");
            await k.Ok("rollout status deploy/web --timeout=50s");
            await k.Is("deploy web", ".spec.template.spec.containers[0].image", "registry.test/web:1");
        }),
        new(Area, "rollout pause, resume, restart", async k =>
        {
            await k.In(Manifests.Deployment(replicas: 1), "create -f -");
            await k.Ok("rollout pause deploy/web", "paused");
            await k.Fails("rollout pause deploy/web", "already paused");
            await k.Ok("rollout resume deploy/web", "resumed");
            await k.Ok("rollout restart deploy/web", "restarted");
            await k.Ok("rollout status deploy/web --timeout=50s", "successfully rolled out");
        }),
        new(Area, "rollout status statefulset, daemonset", null, "not yet: no controllers for these kinds in this tree"),
        new(Area, "wait --for=condition, jsonpath, create, delete", async k =>
        {
            await k.In(Manifests.Deployment(replicas: 1), "create -f -");
            await k.Ok("wait deploy/web --for=condition=Available --timeout=50s", "condition met");
            await k.Ok("wait deploy/web --for=jsonpath='{.status.readyReplicas}'=1 --timeout=30s", "condition met");
            await k.Ok("wait deploy/web --for=create --timeout=5s");
            await k.Ok("wait cm/none --for=delete --timeout=5s");
            await k.Fails("wait deploy/web --for=condition=Never --timeout=1s", "timed out");
        }),
    ];
}
