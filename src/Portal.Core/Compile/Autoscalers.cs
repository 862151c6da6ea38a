using System.Text.Json.Nodes;
using Portal.Core.Apps;

namespace Portal.Core.Compile;

/// <summary>Compiles a range of instances: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/.</summary>
internal static class Autoscalers
{
    /// <summary>What the ingress counts of an Ingress' requests, as the metric of an object.</summary>
    public const string RequestsMetric = "requests_per_second";

    public static KubeObject Of(CompileInput input, string name, AutoscaleSpec range)
    {
        var metrics = new JsonArray();
        if (range.Cpu is { } cpu) metrics.Add(Resource("cpu", cpu));
        if (range.Memory is { } memory) metrics.Add(Resource("memory", memory));
        if (range.Requests is { } requests)
        {
            metrics.Add(new JsonObject
            {
                ["type"] = "Object",
                ["object"] = new JsonObject
                {
                    ["metric"] = new JsonObject { ["name"] = RequestsMetric },
                    ["describedObject"] = new JsonObject { ["apiVersion"] = "networking.k8s.io/v1", ["kind"] = "Ingress", ["name"] = input.App },
                    ["target"] = new JsonObject { ["type"] = "AverageValue", ["averageValue"] = Names.Number(requests) },
                },
            });
        }

        return Compiler.Object(input, "autoscaling/v2", "HorizontalPodAutoscaler", ObjectNames.Process(input.App, name),
        [
            ("spec", new JsonObject
            {
                ["scaleTargetRef"] = new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = ObjectNames.Process(input.App, name) },
                ["minReplicas"] = range.Min,
                ["maxReplicas"] = range.Max,
                ["metrics"] = metrics,
            }),
        ]);
    }

    private static JsonObject Resource(string resource, int percent) => new()
    {
        ["type"] = "Resource",
        ["resource"] = new JsonObject { ["name"] = resource, ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = percent } },
    };
}
