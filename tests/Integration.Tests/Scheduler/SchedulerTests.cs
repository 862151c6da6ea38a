using Integration.Tests.Controllers;
using k8s.Models;
using Kube.Machinery.Client;
using Testing;
using Xunit;

namespace Integration.Tests.Scheduler;

/// <summary>The scheduler's writes beyond bindings, against the real API server and controllers; nodes are fake kubelets of four cores each.</summary>
public sealed class SchedulerTests : TwoNodes
{
    [Fact]
    public async Task A_pod_of_a_higher_priority_class_pushes_the_unguarded_pod_off_and_the_events_say_so()
    {
        await KubectlAsync("create", "priorityclass", "urgent", "--value=1000");
        foreach (var name in new[] { "guarded", "free" })
        {
            await ApplyAsync(Pod(name, "3", $"app: {name}"));
            await PodAsync(name, p => IsReady(p));
        }

        await KubectlAsync("create", "poddisruptionbudget", "guard", "--selector=app=guarded", "--min-available=1");
        await Eventually.Async(
            "the budget's status",
            () => Plane.Admin.Resource<V1PodDisruptionBudget>().GetAsync("default", "guard", TestContext.Current.CancellationToken),
            b => b?.Status is { CurrentHealthy: 1, DisruptionsAllowed: 0 },
            Patience);
        await ApplyAsync(Pod("important", "3", "app: important", "priorityClassName: urgent"));
        var important = await PodAsync("important", p => IsReady(p));
        var guarded = await PodAsync("guarded", p => IsReady(p));
        Assert.NotEqual(guarded.Spec.NodeName, important.Spec.NodeName);
        Assert.Null(await Plane.Admin.Resource<V1Pod>().GetAsync("default", "free", TestContext.Current.CancellationToken));
        await Eventually.Async(
            "the event",
            () => KubectlAsync("get", "events", "-o", "jsonpath={.items[?(@.reason==\"Preempted\")].message}"),
            text => text == $"Preempted by pod {important.Metadata.Uid} on node {important.Spec.NodeName}",
            Patience);
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_carries_the_condition_with_the_reason_and_a_gated_one_is_left_alone()
    {
        await ApplyAsync(Pod("gated", "1", "app: gated", "schedulingGates: [{ name: later }]"));
        await ApplyAsync(Pod("big", "5", "app: big"));
        var big = await PodAsync("big", p => Scheduled(p)?.Status == "False");
        Assert.Equal("Unschedulable", Scheduled(big)!.Reason);
        Assert.Equal("0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.", Scheduled(big)!.Message);
        Assert.Null((await PodAsync("gated", _ => true)).Spec.NodeName);
        await KubectlAsync("patch", "pod", "gated", "--type=json", "-p", "[{\"op\":\"remove\",\"path\":\"/spec/schedulingGates\"}]");
        await PodAsync("gated", p => IsReady(p));
    }

    [Fact]
    public async Task A_local_volume_is_chosen_together_with_the_node_that_has_room()
    {
        await KubectlAsync("label", "node", "one", "disk=one");
        await KubectlAsync("label", "node", "two", "disk=two");
        await ApplyAsync(Pod("filler", "3", "app: filler", "nodeSelector: { disk: one }"));
        await PodAsync("filler", p => IsReady(p));
        await ApplyAsync("""
            apiVersion: storage.k8s.io/v1
            kind: StorageClass
            metadata: { name: disks }
            provisioner: kubernetes.io/no-provisioner
            volumeBindingMode: WaitForFirstConsumer
            """);
        foreach (var node in new[] { "one", "two" })
        {
            await ApplyAsync($$"""
                apiVersion: v1
                kind: PersistentVolume
                metadata: { name: on-{{node}} }
                spec:
                  capacity: { storage: 1Gi }
                  accessModes: [ ReadWriteOnce ]
                  storageClassName: disks
                  local: { path: /mnt/disk }
                  nodeAffinity: { required: { nodeSelectorTerms: [ { matchExpressions: [ { key: disk, operator: In, values: [ {{node}} ] } ] } ] } }
                """);
        }

        await ApplyAsync("""
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: { name: data }
            spec: { storageClassName: disks, accessModes: [ ReadWriteOnce ], resources: { requests: { storage: 1Gi } } }
            """);
        await ApplyAsync(Pod("db", "2", "app: db", "volumes: [ { name: data, persistentVolumeClaim: { claimName: data } } ]"));
        Assert.Equal("two", (await PodAsync("db", p => IsReady(p))).Spec.NodeName);
        await Eventually.Async(
            "the claim bound to the volume of that node",
            () => Plane.Admin.Resource<V1PersistentVolumeClaim>().GetAsync("default", "data", TestContext.Current.CancellationToken),
            c => c is { Status.Phase: "Bound", Spec.VolumeName: "on-two" },
            Patience);
    }

    private static string Pod(string name, string cpu, string label, string more = "restartPolicy: Always") => $$"""
        apiVersion: v1
        kind: Pod
        metadata: { name: {{name}}, labels: { {{label}} } }
        spec:
          terminationGracePeriodSeconds: 1
          {{more}}
          containers: [ { name: main, image: "registry.test/main:1", resources: { requests: { cpu: "{{cpu}}" } } } ]
        """;

    private static V1PodCondition? Scheduled(V1Pod pod) => pod.Status?.Conditions?.FirstOrDefault(c => c.Type == "PodScheduled");

    private async Task<V1Pod> PodAsync(string name, Func<V1Pod, bool> isAsExpected) =>
        (await Eventually.Async($"pod {name}", () => Plane.Admin.Resource<V1Pod>().GetAsync("default", name, TestContext.Current.CancellationToken), p => p is not null && isAsExpected(p), Patience))!;

    private async Task ApplyAsync(string yaml) => _ = (await Plane.Server.KubectlWithAsync(Plane.Server.AdminKubeconfig, yaml, "apply", "-f", "-")).Succeeded;
}
