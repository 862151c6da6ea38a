using System.Text;
using k8s;
using k8s.Models;
using Kube.ApiServer.Storage;
using Kube.Machinery.Informers;
using Kube.Machinery.Placement;
using Kube.Scheduler;
using Kube.Scheduler.Reviews;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Kube.Tests.Registry;

public sealed class PlacementReviewTests
{
    private const string Cluster = "/apis/scheduling.portal.dev/v1alpha1/placementreviews";
    private const string Local = "/apis/scheduling.portal.dev/v1alpha1/namespaces/default/localplacementreviews";

    [Fact]
    public async Task A_template_goes_through_admission_and_then_to_the_scheduler()
    {
        await using var api = await StartAsync();
        var answer = (await api.CreateAsync(Local, Review("""
              pods:
              - name: web
                replicas: 2
                template: {spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 500m}}}]}}
            """))).Expect(201);
        Assert.Equal("2 of 2 fit: n1.", answer.At("status.summary"));
        Assert.Equal("True", answer.Body["status"]!["fits"]!.ToString(), ignoreCase: true);
        Assert.Equal("v1alpha1", answer.At("apiVersion")!.Split('/')[1]);
        Assert.Null(answer.Body["status"]!["pods"]![0]!["verdicts"]![0]!["scores"]);
    }

    [Fact]
    public async Task A_quota_is_asked_for_all_pods_together_and_the_shortage_is_named()
    {
        await using var api = await StartAsync();
        (await api.CreateAsync("/api/v1/namespaces/default/resourcequotas", "metadata: {name: q}\nspec: {hard: {requests.cpu: '1', pods: '10'}}")).Expect(201);
        var answer = (await api.CreateAsync(Local, Review("""
              pods:
              - replicas: 3
                template: {spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 500m}}}]}}
            """))).Expect(201);
        Assert.Equal("The quota q allows requests.cpu 1; the namespace would use 1500m, 500m too much.", answer.Body["status"]!["pods"]![0]!["quota"]!.ToString());
        Assert.Equal("False", answer.Body["status"]!["fits"]!.ToString(), ignoreCase: true);
    }

    [Fact]
    public async Task What_admission_refuses_is_said_without_asking_a_node()
    {
        await using var api = await StartAsync();
        (await api.PatchAsync("/api/v1/namespaces/default", """{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}""")).Expect(200);
        var answer = (await api.CreateAsync(Local, Review("""
              pods:
              - name: bad
                template: {spec: {hostNetwork: true, containers: [{name: c, image: i}]}}
            """))).Expect(201);
        Assert.Contains("violates PodSecurity", answer.Body["status"]!["pods"]![0]!["refused"]!.ToString(), StringComparison.Ordinal);
        Assert.Null(answer.Body["status"]!["pods"]![0]!["nodes"]);
    }

    [Fact]
    public async Task A_workload_is_scaled_by_its_own_template_and_a_node_is_added_like_another()
    {
        await using var api = await StartAsync();
        (await api.CreateAsync("/apis/apps/v1/namespaces/default/deployments", "metadata: {name: web}\nspec: {replicas: 2, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, resources: {requests: {cpu: '1'}}}]}}}")).Expect(201);
        const string Scale = """
              pods: [{workload: {kind: Deployment, name: web}, factor: 2}]
            """;
        var tight = (await api.CreateAsync(Cluster, Review(Scale, "PlacementReview"))).Expect(201).Body["status"]!["pods"]![0]!;
        Assert.Equal(("4", "2"), (tight["replicas"]!.ToString(), tight["fitting"]!.ToString()));
        var wide = (await api.CreateAsync(Cluster, Review(Scale + "\n  addNodes: [{like: n1}]", "PlacementReview"))).Expect(201).Body["status"]!;
        Assert.Equal(("4", "2"), (wide["pods"]![0]!["fitting"]!.ToString(), wide["nodeCount"]!.ToString()));
        Assert.Contains("new", wide["pods"]![0]!["nodes"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("  removeNodes: [gone]", "spec.removeNodes[0]")]
    [InlineData("  addNodes: [{count: 2}]", "spec.addNodes[0].allocatable")]
    [InlineData("  pods: [{replicas: 2}]", "spec.pods[0].template")]
    [InlineData("  pods: [{pod: gone}]", "spec.pods[0].pod")]
    [InlineData("  pods: [{workload: {kind: Deployment, name: gone}}]", "spec.pods[0].workload.name")]
    [InlineData("  pods: [{workload: {kind: Cat, name: x}}]", "spec.pods[0].workload.kind")]
    [InlineData("  pods: [{namespace: other, pod: x}]", "spec.pods[0].namespace")]
    [InlineData("  nodeLimit: -1", "spec.nodeLimit")]
    public async Task A_faulty_question_names_its_field(string spec, string field)
    {
        await using var api = await StartAsync();
        var answer = (await api.CreateAsync(Local, Review(spec))).Expect(422);
        Assert.Equal(field, answer.Body["details"]!["causes"]![0]!["field"]!.ToString());
    }

    [Fact]
    public async Task Without_a_scheduler_the_answer_is_to_come_back()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Cluster, Review("  eachNode: true", "PlacementReview"))).Expect(503);
    }

    [Fact]
    public async Task Both_kinds_are_discovered_described_and_only_created()
    {
        await using var api = await StartAsync();
        var resources = (await api.GetAsync("/apis/scheduling.portal.dev/v1alpha1")).Expect(200).Body["resources"]!.AsArray();
        Assert.Equal(["placementreviews", "localplacementreviews"], resources.Select(r => r!["name"]!.ToString()));
        Assert.All(resources, r => Assert.Equal("[\"create\"]", r!["verbs"]!.ToJsonString()));
        var schemas = (await api.GetAsync("/openapi/v3/apis/scheduling.portal.dev/v1alpha1")).Expect(200).Body["components"]!["schemas"]!;
        Assert.Contains("removeNodes", schemas["dev.portal.scheduling.v1alpha1.PlacementReviewSpec"]!["properties"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("Names of nodes that would be gone. Their pods that a controller recreates are placed anew first.", schemas["dev.portal.scheduling.v1alpha1.PlacementReviewSpec"]!["properties"]!["removeNodes"]!["description"]!.ToString());
        (await api.GetAsync(Cluster)).Expect(405);
    }

    private static string Review(string spec, string kind = "LocalPlacementReview") => $"apiVersion: scheduling.portal.dev/v1alpha1\nkind: {kind}\nspec:\n{spec.TrimEnd()}\n";

    private static async Task<InProcessApiServer> StartAsync()
    {
        var api = await InProcessApiServer.StartAsync(services => services.AddSingleton<IPlacementReviews, StoredCluster>());
        (await api.CreateAsync("/api/v1/nodes", "metadata: {name: n1}\nstatus: {allocatable: {cpu: '2', memory: 4Gi, pods: '110'}}")).Expect(201);
        return api;
    }

    /// <summary>The scheduler's core on what the store holds, without informers between.</summary>
    private sealed class StoredCluster(IObjectStore store) : IPlacementReviews
    {
        public Task<PlacementReviewStatus?> AnswerAsync(PlacementInquiry inquiry, CancellationToken cancellationToken)
        {
            var state = new SchedulerState();
            var events = new ClusterEvents(state, "default-scheduler");
            foreach (var node in store.List("nodes", null).Items)
                events.Take(new InformerEvent<V1Node>(InformerEventKind.Added, KubernetesJson.Deserialize<V1Node>(Encoding.UTF8.GetString(node.Json.Span)), null));
            foreach (var pod in store.List("pods", null).Items)
                events.Take(new InformerEvent<V1Pod>(InformerEventKind.Added, KubernetesJson.Deserialize<V1Pod>(Encoding.UTF8.GetString(pod.Json.Span)), null));
            return Task.FromResult<PlacementReviewStatus?>(new PlacementReviewer(new ReviewedCluster(ClusterCapture.Of(state)), inquiry).Answer());
        }
    }
}
