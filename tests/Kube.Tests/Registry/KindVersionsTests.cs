using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Kube.Tests.Registry;

/// <summary>Kinds that are served in several versions, and what the catalog says of each kind.</summary>
public sealed class KindVersionsTests
{
    private const string Autoscalers = "/namespaces/default/horizontalpodautoscalers";

    [Fact]
    public async Task A_v1_autoscaler_is_a_v2_autoscaler_with_one_cpu_metric()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync($"/apis/autoscaling/v1{Autoscalers}", """
            apiVersion: autoscaling/v1
            kind: HorizontalPodAutoscaler
            metadata: { name: web }
            spec: { maxReplicas: 5, targetCPUUtilizationPercentage: 60, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web } }
            """)).Expect(201);
        var v2 = (await api.GetAsync($"/apis/autoscaling/v2{Autoscalers}/web")).Expect(200);
        Assert.Equal("autoscaling/v2", v2.At("apiVersion"));
        Assert.Equal("60", v2.At("spec.metrics.0.resource.target.averageUtilization"));
        Assert.Null(v2.At("spec.targetCPUUtilizationPercentage"));
        var v1 = (await api.GetAsync($"/apis/autoscaling/v1{Autoscalers}/web")).Expect(200);
        Assert.Equal("autoscaling/v1", v1.At("apiVersion"));
        Assert.Equal("60", v1.At("spec.targetCPUUtilizationPercentage"));
        Assert.Equal("1", v1.At("spec.minReplicas"));
    }

    [Fact]
    public async Task What_v1_of_an_autoscaler_cannot_say_survives_a_write_through_v1()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync($"/apis/autoscaling/v2{Autoscalers}", """
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: { name: web }
            spec:
              maxReplicas: 5
              scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
              metrics:
              - { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } }
              - { type: Resource, resource: { name: memory, target: { type: AverageValue, averageValue: 500Mi } } }
              behavior: { scaleDown: { stabilizationWindowSeconds: 60 } }
            """)).Expect(201);
        (await api.PatchAsync($"/apis/autoscaling/v1{Autoscalers}/web", """{"spec":{"maxReplicas":9}}""")).Expect(200);
        var v2 = (await api.GetAsync($"/apis/autoscaling/v2{Autoscalers}/web")).Expect(200);
        Assert.Equal("9", v2.At("spec.maxReplicas"));
        Assert.Equal("memory", v2.At("spec.metrics.1.resource.name"));
        Assert.Equal("60", v2.At("spec.behavior.scaleDown.stabilizationWindowSeconds"));
        Assert.Null(v2.At("metadata.annotations"));
    }

    [Fact]
    [Trait("Conformance", "events")]
    public async Task Events_of_both_groups_are_the_same_objects()
    {
        await using var api = await InProcessApiServer.StartAsync();
        const string path = "/apis/events.k8s.io/v1/namespaces/default/events";
        (await api.CreateAsync(path, """
            apiVersion: events.k8s.io/v1
            kind: Event
            metadata: { name: happened }
            eventTime: 2030-01-02T03:04:05.678901Z
            regarding: { kind: Pod, namespace: default, name: web }
            action: Started
            reason: Started
            reportingController: example.com/tester
            reportingInstance: tester-1
            note: It started
            type: Normal
            """)).Expect(201);
        var core = await Eventually.Async("the event", () => api.GetAsync("/api/v1/namespaces/default/events/happened"), a => a.Status == 200);
        Assert.Equal("v1", core.At("apiVersion"));
        Assert.Equal("It started", core.At("message"));
        Assert.Equal("web", core.At("involvedObject.name"));
        Assert.Equal("example.com/tester", core.At("reportingComponent"));
        var list = (await api.GetAsync($"{path}?fieldSelector=regarding.name%3Dweb,reportingController%3Dexample.com/tester")).Expect(200);
        Assert.Equal("It started", list.At("items.0.note"));
        var patched = (await api.PatchAsync($"{path}/happened", """{"series":{"count":3,"lastObservedTime":"2030-01-02T03:05:05.000001Z"}}""")).Expect(200);
        Assert.Equal("3", patched.At("series.count"));
        // Events are acknowledged before they are committed.
        await Eventually.Async("the series in the core version", () => api.GetAsync("/api/v1/namespaces/default/events/happened"), a => a.At("series.count") == "3");
        (await api.DeleteAsync($"{path}/happened")).Expect(200);
        await Eventually.Async("no event", () => api.GetAsync("/api/v1/namespaces/default/events/happened"), a => a.Status == 404);
    }

    [Fact]
    [Trait("Conformance", "rc")]
    public async Task A_replication_controller_takes_selector_and_labels_from_its_template()
    {
        await using var api = await InProcessApiServer.StartAsync();
        var made = (await api.CreateAsync("/api/v1/namespaces/default/replicationcontrollers", """
            apiVersion: v1
            kind: ReplicationController
            metadata: { name: old }
            spec: { template: { metadata: { labels: { app: old } }, spec: { containers: [ { name: c, image: busybox } ] } } }
            """)).Expect(201);
        Assert.Equal("old", made.At("spec.selector.app"));
        Assert.Equal("old", made.At("metadata.labels.app"));
        Assert.Equal("1", made.At("spec.replicas"));
        var scale = (await api.GetAsync("/api/v1/namespaces/default/replicationcontrollers/old/scale")).Expect(200);
        Assert.Equal("app=old", scale.At("status.selector"));
    }

    [Theory]
    [Trait("Conformance", "podtemplates")]
    [InlineData("/api/v1/namespaces/default/podtemplates", "PodTemplate", "v1", "template: { metadata: { labels: { a: b } }, spec: { containers: [ { name: c, image: busybox } ] } }", "template.spec.restartPolicy", "Always")]
    [InlineData("/apis/node.k8s.io/v1/runtimeclasses", "RuntimeClass", "node.k8s.io/v1", "handler: runc", "handler", "runc")]
    [InlineData("/apis/storage.k8s.io/v1/csidrivers", "CSIDriver", "storage.k8s.io/v1", "spec: { podInfoOnMount: true }", "spec.fsGroupPolicy", "ReadWriteOnceWithFSType")]
    [InlineData("/apis/storage.k8s.io/v1/csinodes", "CSINode", "storage.k8s.io/v1", "spec: { drivers: [ { name: d, nodeID: n } ] }", "spec.drivers.0.nodeID", "n")]
    [InlineData("/apis/storage.k8s.io/v1/volumeattachments", "VolumeAttachment", "storage.k8s.io/v1", "spec: { attacher: a, nodeName: n, source: { persistentVolumeName: pv } }", "status.attached", "false")]
    [InlineData("/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas", "FlowSchema", "flowcontrol.apiserver.k8s.io/v1", "spec: { priorityLevelConfiguration: { name: p } }", "spec.matchingPrecedence", "1000")]
    [InlineData("/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations", "PriorityLevelConfiguration", "flowcontrol.apiserver.k8s.io/v1", "spec: { type: Limited, limited: { limitResponse: { type: Reject } } }", "spec.limited.nominalConcurrencyShares", "30")]
    [InlineData("/apis/apps/v1/namespaces/default/controllerrevisions", "ControllerRevision", "apps/v1", "revision: 3\ndata: { a: 1 }", "revision", "3")]
    public async Task A_kind_is_created_listed_patched_and_deleted(string path, string kind, string apiVersion, string body, string field, string value)
    {
        await using var api = await InProcessApiServer.StartAsync();
        var made = (await api.CreateAsync(path, $"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {{ name: one }}\n{body}")).Expect(201);
        Assert.Equal(value, made.At(field));
        Assert.Equal(kind + "List", (await api.GetAsync(path)).At("kind"));
        Assert.Equal("b", (await api.PatchAsync($"{path}/one", """{"metadata":{"labels":{"a":"b"}}}""")).Expect(200).At("metadata.labels.a"));
        var table = (await api.GetAsync($"{path}/one", "application/json;as=Table;v=v1;g=meta.k8s.io")).Expect(200);
        Assert.Equal("one", table.At("rows.0.cells.0"));
        (await api.DeleteAsync($"{path}/one")).Expect(200);
        (await api.GetAsync($"{path}/one")).Expect(404);
    }

    [Fact]
    public async Task A_posted_binding_binds_the_pod_it_names_and_is_not_kept()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync("/api/v1/namespaces/default/pods", """
            apiVersion: v1
            kind: Pod
            metadata: { name: web }
            spec: { containers: [ { name: c, image: busybox } ] }
            """)).Expect(201);
        (await api.CreateAsync("/api/v1/namespaces/default/bindings", """
            apiVersion: v1
            kind: Binding
            metadata: { name: web }
            target: { kind: Node, name: n1 }
            """)).Expect(201);
        Assert.Equal("n1", (await api.GetAsync("/api/v1/namespaces/default/pods/web")).At("spec.nodeName"));
        (await api.GetAsync("/api/v1/namespaces/default/bindings")).Expect(405);
    }

    [Fact]
    public async Task The_preferred_version_of_autoscaling_is_v2()
    {
        await using var api = await InProcessApiServer.StartAsync();
        var group = (await api.GetAsync("/apis/autoscaling")).Expect(200);
        Assert.Equal("autoscaling/v2", group.At("preferredVersion.groupVersion"));
        Assert.Equal(["v2", "v1"], group.Body["versions"]!.AsArray().Select(v => v!["version"]!.ToString()));
        var v1 = (await api.GetAsync("/apis/autoscaling/v1")).Expect(200);
        Assert.Contains(v1.Body["resources"]!.AsArray(), r => r!["name"]!.ToString() == "horizontalpodautoscalers" && r["shortNames"] is JsonArray);
    }
}
