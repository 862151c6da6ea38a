using System.Text.Json.Nodes;
using Integration.Tests.ApiServer;
using k8s.Models;
using Kube.Machinery.Client;
using Testing;
using Xunit;

namespace Integration.Tests.Controllers;

/// <summary>Jobs, cron jobs, volumes and autoscalers against the real API server, driven by the real kubectl; nodes are fake kubelets.</summary>
public sealed class BatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private ControlPlane _plane = null!;
    private FakeKubelet _node = null!;
    private ApiClient _api = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        _node = await FakeKubelet.StartAsync(_plane.Admin, "one", TestContext.Current.CancellationToken);
        _api = new ApiClient(_plane.Server);
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _node.DisposeAsync();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task A_job_completes_under_kubectl_wait_and_goes_after_its_time()
    {
        await ApplyAsync("batch/v1/namespaces/default/jobs", Job("once", "'ttlSecondsAfterFinished':5,", "0"));
        await KubectlAsync("wait", "--for=condition=complete", "job/once", "--timeout=50s");
        await KubectlAsync("wait", "--for=delete", "job/once", "--timeout=50s");
        Assert.Empty(await PodsAsync());
    }

    [Fact]
    public async Task Many_pods_of_a_job_that_fail_and_succeed_are_each_counted_once()
    {
        await ApplyAsync("batch/v1/namespaces/default/jobs", Job("many", "'completions':40,'parallelism':20,", "0"));
        await KubectlAsync("wait", "--for=condition=complete", "job/many", "--timeout=55s");
        var job = await JobAsync("many");
        Assert.Equal((40, null, 0), (job.Status.Succeeded, job.Status.Failed, job.Status.UncountedTerminatedPods?.Succeeded?.Count ?? 0));
        Assert.Equal(40, (await PodsAsync()).Count);

        await ApplyAsync("batch/v1/namespaces/default/jobs", Job("broken", "'backoffLimit':2,'parallelism':3,'completions':3,", "1"));
        await KubectlAsync("wait", "--for=condition=failed", "job/broken", "--timeout=55s");
        Assert.Equal(3, (await JobAsync("broken")).Status.Failed);
    }

    [Fact]
    public async Task A_suspended_job_runs_nothing_until_it_is_resumed()
    {
        await ApplyAsync("batch/v1/namespaces/default/jobs", Job("later", "'completions':2,'parallelism':2,'suspend':true,", null));
        await KubectlAsync("wait", "--for=condition=Suspended", "job/later", "--timeout=30s");
        Assert.Empty(await PodsAsync());
        await KubectlAsync("patch", "job", "later", "--type=merge", "-p", "{\"spec\":{\"suspend\":false}}");
        await Eventually.Async("two pods run", () => JobAsync("later"), j => j.Status.Ready == 2 && j.Status.StartTime is not null, Patience);
        await KubectlAsync("patch", "job", "later", "--type=merge", "-p", "{\"spec\":{\"suspend\":true}}");
        var job = await Eventually.Async("no pods run", () => JobAsync("later"), j => (j.Status.Active ?? 0) == 0 && (j.Status.Terminating ?? 0) == 0, Patience);
        Assert.Null(job.Status.Failed);
    }

    [Fact]
    public async Task A_job_is_made_of_a_cron_job_by_hand_and_by_its_schedule()
    {
        await KubectlAsync("create", "cronjob", "tick", "--image=registry.test/x:1", "--schedule=@yearly");
        await KubectlAsync("create", "job", "by-hand", "--from=cronjob/tick");
        await Eventually.Async("its pod runs", () => JobAsync("by-hand"), j => j.Status?.Ready == 1, Patience);
        await KubectlAsync("patch", "cronjob", "tick", "--subresource=status", "--type=merge", "-p", "{\"status\":{\"lastScheduleTime\":\"2020-06-01T00:00:00Z\"}}");
        var cron = await Eventually.Async(
            "the job that was missed", () => _plane.Admin.Resource<V1CronJob>().GetAsync("default", "tick", TestContext.Current.CancellationToken), c => c?.Status?.Active?.Count == 1, Patience);
        Assert.Equal((1, 1), (cron!.Status.LastScheduleTime!.Value.Month, cron.Status.LastScheduleTime.Value.Day));
        Assert.StartsWith("tick-", cron.Status.Active[0].Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_is_bound_kept_while_a_pod_uses_it_and_its_volume_released()
    {
        await ApplyAsync("v1/persistentvolumes", Volume("small", "1Gi"));
        await ApplyAsync("v1/persistentvolumes", Volume("large", "5Gi"));
        await ApplyAsync("v1/namespaces/default/persistentvolumeclaims", Document("{'metadata':{'name':'data'},'spec':{'accessModes':['ReadWriteOnce'],'storageClassName':'manual','resources':{'requests':{'storage':'2Gi'}}}}"));
        await KubectlAsync("wait", "--for=jsonpath={.status.phase}=Bound", "pvc/data", "--timeout=50s");
        Assert.Equal("large 5Gi", (await KubectlAsync("get", "pvc", "data", "-o", "jsonpath={.spec.volumeName} {.status.capacity.storage}")).Trim());
        await KubectlAsync("wait", "--for=jsonpath={.status.phase}=Bound", "pv/large", "--timeout=50s");
        await KubectlAsync("wait", "--for=jsonpath={.status.phase}=Available", "pv/small", "--timeout=50s");

        await ApplyAsync("v1/namespaces/default/pods", Document(
            "{'metadata':{'name':'user'},'spec':{'nodeName':'one','terminationGracePeriodSeconds':0,'containers':[{'name':'c','image':'registry.test/x:1'}],'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'data'}}]}}"));
        await KubectlAsync("delete", "pvc", "data", "--wait=false");
        await KubectlAsync("delete", "pv", "large", "--wait=false");
        await Eventually.Async("the pod runs", () => PodsAsync(), pods => pods is [{ Status.Phase: "Running" }], Patience);
        Assert.Equal("kubernetes.io/pvc-protection", (await KubectlAsync("get", "pvc", "data", "-o", "jsonpath={.metadata.finalizers[0]}")).Trim());
        await KubectlAsync("delete", "pod", "user");
        await KubectlAsync("wait", "--for=delete", "pvc/data", "pv/large", "--timeout=50s");
    }

    [Fact]
    public async Task A_claim_of_a_class_that_waits_is_bound_where_its_first_pod_is()
    {
        await ApplyAsync("storage.k8s.io/v1/storageclasses", Document("{'metadata':{'name':'manual'},'provisioner':'kubernetes.io/no-provisioner','volumeBindingMode':'WaitForFirstConsumer'}"));
        foreach (var node in (string[])["elsewhere", "one"])
        {
            var volume = Volume($"on-{node}", "1Gi");
            volume["spec"]!["nodeAffinity"] = Document($"{{'required':{{'nodeSelectorTerms':[{{'matchFields':[{{'key':'metadata.name','operator':'In','values':['{node}']}}]}}]}}}}");
            await ApplyAsync("v1/persistentvolumes", volume);
        }

        await ApplyAsync("v1/namespaces/default/persistentvolumeclaims", Document("{'metadata':{'name':'data'},'spec':{'accessModes':['ReadWriteOnce'],'storageClassName':'manual','resources':{'requests':{'storage':'1Gi'}}}}"));
        await Eventually.Async(
            "word that the claim waits",
            () => KubectlAsync("get", "events", "-A", "-o", "jsonpath={.items[*].reason} {.items[*].message}"),
            text => text.Contains("WaitForFirstConsumer", StringComparison.Ordinal),
            Patience);
        await ApplyAsync("v1/namespaces/default/pods", Document(
            "{'metadata':{'name':'user'},'spec':{'nodeName':'one','containers':[{'name':'c','image':'registry.test/x:1'}],'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'data'}}]}}"));
        await KubectlAsync("wait", "--for=jsonpath={.status.phase}=Bound", "pvc/data", "--timeout=50s");
        Assert.Equal("on-one", (await KubectlAsync("get", "pvc", "data", "-o", "jsonpath={.spec.volumeName}")).Trim());
    }

    [Fact]
    public async Task A_volume_that_is_retained_is_released_and_not_given_away_again()
    {
        await ApplyAsync("v1/persistentvolumes", Volume("kept", "1Gi"));
        var claim = Document("{'metadata':{'name':'data'},'spec':{'accessModes':['ReadWriteOnce'],'storageClassName':'manual','volumeName':'kept','resources':{'requests':{'storage':'1Gi'}}}}");
        await ApplyAsync("v1/namespaces/default/persistentvolumeclaims", claim);
        await KubectlAsync("wait", "--for=jsonpath={.status.phase}=Bound", "pvc/data", "--timeout=50s");
        await KubectlAsync("delete", "pvc", "data");
        await KubectlAsync("wait", "--for=jsonpath={.status.phase}=Released", "pv/kept", "--timeout=50s");
        await ApplyAsync("v1/namespaces/default/persistentvolumeclaims", claim);
        await Eventually.Async(
            "word that the volume is another's",
            () => KubectlAsync("get", "events", "--field-selector=reason=FailedBinding", "-o", "jsonpath={.items[*].message}"),
            text => text.Contains("already bound to a different claim", StringComparison.Ordinal),
            Patience);
        await KubectlAsync("patch", "pv", "kept", "--type=merge", "-p", "{\"spec\":{\"claimRef\":null}}");
        await KubectlAsync("wait", "--for=jsonpath={.status.phase}=Bound", "pvc/data", "--timeout=50s");
    }

    [Fact]
    public async Task An_autoscaler_keeps_its_bounds_through_the_scale_subresource_and_tells_what_it_lacks()
    {
        await KubectlAsync("create", "deployment", "web", "--image=registry.test/web:1", "--replicas=1");
        await KubectlAsync("autoscale", "deployment", "web", "--min=3", "--max=5", "--cpu-percent=50");
        await Eventually.Async("three pods", () => PodsAsync(), pods => pods.Count == 3, Patience);
        var scaler = await ScalerAsync(s => s.Status?.DesiredReplicas == 3);
        Assert.NotNull(scaler.Status.LastScaleTime);
        await KubectlAsync("delete", "hpa", "web");

        // The fake node measures nothing.
        await KubectlAsync("autoscale", "deployment", "web", "--min=1", "--max=5", "--cpu-percent=50");
        scaler = await ScalerAsync(s => Condition(s, "ScalingActive") == "False FailedGetResourceMetric");
        Assert.Equal("True SucceededGetScale", Condition(scaler, "AbleToScale"));
        Assert.Equal(3, (await PodsAsync()).Count);
    }

    private static string? Condition(V2HorizontalPodAutoscaler scaler, string type) =>
        scaler.Status?.Conditions?.Where(c => c.Type == type).Select(c => $"{c.Status} {c.Reason}").SingleOrDefault();

    private async Task<V2HorizontalPodAutoscaler> ScalerAsync(Func<V2HorizontalPodAutoscaler, bool> holds) => (await Eventually.Async(
        "the autoscaler's status", () => _plane.Admin.Resource<V2HorizontalPodAutoscaler>().GetAsync("default", "web", TestContext.Current.CancellationToken), s => s is not null && holds(s), Patience))!;

    private static JsonObject Document(string json) => JsonNode.Parse(json.Replace('\'', '"'))!.AsObject();

    private static JsonObject Job(string name, string spec, string? exits) => Document(
        $"{{'metadata':{{'name':'{name}'}},'spec':{{{spec}'template':{{'metadata':{{'annotations':{{{(exits is null ? "" : $"'{FakeKubelet.Exits}':'{exits}'")}}}}},"
        + "'spec':{'terminationGracePeriodSeconds':0,'restartPolicy':'Never','containers':[{'name':'c','image':'registry.test/x:1'}]}}}}");

    private static JsonObject Volume(string name, string size) => Document(
        $"{{'metadata':{{'name':'{name}'}},'spec':{{'capacity':{{'storage':'{size}'}},'accessModes':['ReadWriteOnce'],'storageClassName':'manual','hostPath':{{'path':'/srv/{name}'}}}}}}");

    private Task<JsonNode> ApplyAsync(string path, JsonObject document) => _api.CreateAsync(path.StartsWith("v1/", StringComparison.Ordinal) ? $"/api/{path}" : $"/apis/{path}", document);

    private async Task<V1Job> JobAsync(string name) => (await _plane.Admin.Resource<V1Job>().GetAsync("default", name, TestContext.Current.CancellationToken))!;

    private async Task<IReadOnlyList<V1Pod>> PodsAsync() => (await _plane.Admin.Resource<V1Pod>().ListAsync("default", null, TestContext.Current.CancellationToken)).Items;

    private async Task<string> KubectlAsync(params string[] arguments)
    {
        var result = await _plane.Server.KubectlAsync(arguments);
        Assert.True(result.ExitCode == 0, $"kubectl {string.Join(' ', arguments)}: {result}");
        return result.Output;
    }
}
