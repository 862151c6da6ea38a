using System.Text.Json.Nodes;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>The real kubectl with the kinds a server must know and those it learns: autoscalers, explanations, custom resources.</summary>
public sealed class KubectlKindsTests : IAsyncLifetime
{
    private const string Widgets = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: widgets.example.com }
        spec:
          group: example.com
          scope: Namespaced
          names: { plural: widgets, kind: Widget, shortNames: [ wd ], categories: [ all ] }
          versions:
          - name: v1
            served: true
            storage: true
            subresources: { status: {}, scale: { specReplicasPath: .spec.count, statusReplicasPath: .status.count } }
            additionalPrinterColumns: [ { name: Size, type: string, jsonPath: .spec.size } ]
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    description: What the widget shall be
                    properties:
                      size: { type: string, description: How big it is, enum: [ small, big ], default: small }
                      count: { type: integer }
                  status: { type: object, properties: { count: { type: integer } } }
        """;

    private const string Widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: one }\nspec: { count: 1 }";

    private ApiServerFixture _server = null!;

    public async ValueTask InitializeAsync() => _server = await ApiServerFixture.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Autoscale_makes_an_autoscaler_that_get_shows()
    {
        await Ok("create deployment web --image=x:1");
        Assert.Contains("autoscaled", await Ok("autoscale deployment web --min=2 --max=5 --cpu-percent=70"), StringComparison.Ordinal);
        var shown = await Ok("get hpa web");
        Assert.Matches(@"NAME\s+REFERENCE\s+TARGETS\s+MINPODS\s+MAXPODS\s+REPLICAS\s+AGE", shown);
        Assert.Matches(@"web\s+Deployment/web\s+cpu: <unknown>/70%\s+2\s+5\s+0", shown);
        Assert.Contains("70%", await Ok("describe hpa web"), StringComparison.Ordinal);
        Assert.Equal("70", (await Ok("get horizontalpodautoscalers.v1.autoscaling web -o jsonpath={.spec.targetCPUUtilizationPercentage}")).Trim());
    }

    [Fact]
    public async Task Explain_shows_fields_types_and_what_is_required()
    {
        var recursive = await Ok("explain deploy.spec.template.spec.containers --recursive");
        Assert.Contains("imagePullPolicy\t<string>", recursive, StringComparison.Ordinal);
        Assert.Contains("containerPort\t<integer> -required-", recursive, StringComparison.Ordinal);
        Assert.Contains("enum: Always, IfNotPresent, Never", recursive, StringComparison.Ordinal);
        var field = await Ok("explain pod.spec.containers.image");
        Assert.Contains("FIELD: image <string>", field, StringComparison.Ordinal);
        Assert.Contains("Container image name", field, StringComparison.Ordinal);
        Assert.Contains("VERSION:    v2", await Ok("explain hpa"), StringComparison.Ordinal);
        Assert.Contains("VERSION:    v1", await Ok("explain hpa --api-version=autoscaling/v1"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Conformance", "crd_publish_openapi")]
    public async Task A_custom_resource_is_used_like_any_other_kind()
    {
        Assert.Contains("created", await Apply(Widgets), StringComparison.Ordinal);
        await Ok("wait --for=condition=Established crd/widgets.example.com --timeout=10s");
        Assert.Contains("created", await Apply(Widget), StringComparison.Ordinal);
        Assert.Contains("unchanged", await Apply(Widget), StringComparison.Ordinal);
        Assert.Matches(@"NAME\s+SIZE\s+one\s+small", await Ok("get wd"));
        Assert.Contains("widget.example.com/one", await Ok("get all -o name"), StringComparison.Ordinal);
        Assert.Contains("How big it is", await Ok("explain widget.spec.size"), StringComparison.Ordinal);
        Assert.Contains("scaled", await Ok("scale widget one --replicas=3"), StringComparison.Ordinal);
        Assert.Equal("3", await Ok("get widget one -o jsonpath={.spec.count}"));
        Assert.Contains("patched", await Ok("patch widget one --type=merge -p {\"spec\":{\"size\":\"big\"}}"), StringComparison.Ordinal);
        Assert.Contains("serverside-applied", (await _server.KubectlWithAsync(_server.AdminKubeconfig, Widget.Replace("count: 1", "count: 3", StringComparison.Ordinal), "apply", "--server-side", "--force-conflicts", "-f", "-")).Succeeded, StringComparison.Ordinal);
        var refused = await _server.KubectlWithAsync(_server.AdminKubeconfig, Widget.Replace("count: 1", "size: huge", StringComparison.Ordinal), "apply", "-f", "-");
        Assert.Contains("spec.size: Unsupported value: \"huge\": supported values: \"small\", \"big\"", refused.Error, StringComparison.Ordinal);
        var unknown = await _server.KubectlWithAsync(_server.AdminKubeconfig, Widget.Replace("count: 1", "colour: red", StringComparison.Ordinal), "apply", "-f", "-");
        Assert.Contains("unknown field \"spec.colour\"", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("Name:         one", await Ok("describe widget one"), StringComparison.Ordinal);
        await Ok("delete crd widgets.example.com --timeout=20s");
        // kubectl still has its own list of kinds: it asks, and there is nothing.
        Assert.Contains("the server could not find the requested resource", (await _server.KubectlAsync("get", "widgets")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replication_controllers_templates_and_budgets_print_their_columns()
    {
        await Apply("apiVersion: v1\nkind: ReplicationController\nmetadata: { name: old }\nspec: { replicas: 2, template: { metadata: { labels: { app: old } }, spec: { containers: [ { name: c, image: busybox } ] } } }");
        Assert.Matches(@"NAME\s+DESIRED\s+CURRENT\s+READY\s+AGE\s+CONTAINERS\s+IMAGES\s+SELECTOR\s+old\s+2\s+0\s+0\s+\d+s\s+c\s+busybox\s+app=old", await Ok("get rc -o wide"));
        await Apply("apiVersion: v1\nkind: PodTemplate\nmetadata: { name: t }\ntemplate: { metadata: { labels: { app: t } }, spec: { containers: [ { name: c, image: busybox } ] } }");
        Assert.Matches(@"NAME\s+CONTAINERS\s+IMAGES\s+POD LABELS\s+AGE\s+t\s+c\s+busybox\s+app=t", await Ok("get podtemplates"));
        await Ok("create poddisruptionbudget p --selector=app=web --min-available=50%");
        Assert.Matches(@"NAME\s+MIN AVAILABLE\s+MAX UNAVAILABLE\s+ALLOWED DISRUPTIONS\s+AGE\s+p\s+50%\s+N/A\s+0", await Ok("get pdb"));
        Assert.Contains("scaled", await Ok("scale rc old --replicas=0"), StringComparison.Ordinal);
        var group = JsonNode.Parse(await Ok("get --raw /apis/autoscaling"))!;
        Assert.Equal("autoscaling/v2", (string)group["preferredVersion"]!["groupVersion"]!);
    }

    private async Task<string> Ok(string command) => (await _server.KubectlAsync(command.Split(' '))).Succeeded;

    private async Task<string> Apply(string manifest) => (await _server.KubectlWithAsync(_server.AdminKubeconfig, manifest, "apply", "-f", "-")).Succeeded;
}
