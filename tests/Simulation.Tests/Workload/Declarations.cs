using System.Globalization;
using System.Text.Json.Nodes;
using Simulation.Tests.Engine;
using Simulation.Tests.Nodes;

namespace Simulation.Tests.Workload;

/// <summary>Objects as people declare them, with what matters chosen from the seed.</summary>
internal static class Declarations
{
    public static JsonObject Deployment(string name, int replicas, Random random)
    {
        var (surge, unavailable) = random.OneOf<(JsonNode, JsonNode)>([(1, 0), (0, 1), (2, 1), ("25%", "25%"), ("50%", 0), (1, "50%")]);
        var template = Template(name, random);
        var spec = template["spec"]!.AsObject();
        if (replicas <= 4 && random.Chance(0.25))
        {
            spec["affinity"] = Apart(name);
        }
        else if (replicas <= 4 && random.Chance(0.2))
        {
            spec["containers"]![0]!["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 80, ["hostPort"] = HostPort(name) });
        }
        else if (random.Chance(0.2))
        {
            spec["nodeSelector"] = new JsonObject { ["topology.kubernetes.io/zone"] = $"zone-{random.Next(2)}" };
        }

        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = Labels(name) },
            ["spec"] = new JsonObject
            {
                ["replicas"] = replicas,
                ["minReadySeconds"] = random.OneOf([0, 0, 2, 4]),
                ["progressDeadlineSeconds"] = 60,
                ["revisionHistoryLimit"] = 2,
                ["selector"] = new JsonObject { ["matchLabels"] = Labels(name) },
                ["strategy"] = random.Chance(0.1)
                    ? new JsonObject { ["type"] = "Recreate" }
                    : new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxSurge"] = surge.DeepClone(), ["maxUnavailable"] = unavailable.DeepClone() } },
                ["template"] = template,
            },
        };
    }

    public static JsonObject StatefulSet(string name, int replicas, Random random) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = Labels(name) },
        ["spec"] = new JsonObject
        {
            ["replicas"] = replicas,
            ["serviceName"] = name,
            ["minReadySeconds"] = random.OneOf([0, 0, 2]),
            ["podManagementPolicy"] = random.OneOf(["OrderedReady", "Parallel"]),
            ["selector"] = new JsonObject { ["matchLabels"] = Labels(name) },
            ["template"] = Template(name, random),
        },
    };

    public static JsonObject DaemonSet(string name, Random random)
    {
        var template = Template(name, random);
        template["spec"]!["containers"]![0]!["resources"]!["requests"]!["cpu"] = "50m";
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = Labels(name) },
            ["spec"] = new JsonObject
            {
                ["selector"] = new JsonObject { ["matchLabels"] = Labels(name) },
                ["updateStrategy"] = new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = random.Chance(0.3) ? new JsonObject { ["maxSurge"] = 1, ["maxUnavailable"] = 0 } : new JsonObject { ["maxUnavailable"] = random.Next(1, 3) } },
                ["template"] = template,
            },
        };
    }

    public static JsonObject Job(string name, Random random)
    {
        var template = Template(name, random);
        var annotations = template["metadata"]!["annotations"]!.AsObject();
        annotations[Machine.Ends] = random.Next(2, 12).ToString(CultureInfo.InvariantCulture);
        annotations[Machine.Fails] = random.OneOf(["0", "0", "20"]);
        template["spec"]!["restartPolicy"] = "Never";
        var completions = random.Next(1, 13);
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = Labels(name) },
            ["spec"] = new JsonObject
            {
                ["completions"] = completions,
                ["parallelism"] = random.Next(1, Math.Min(completions, 5) + 1),
                ["completionMode"] = random.OneOf(["NonIndexed", "Indexed"]),
                ["backoffLimit"] = 20,
                ["template"] = template,
            },
        };
    }

    public static JsonObject Budget(string name, Random random) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = random.Chance(0.5)
            ? new JsonObject { ["selector"] = new JsonObject { ["matchLabels"] = Labels(name) }, ["maxUnavailable"] = random.OneOf<JsonNode>([1, "30%"]).DeepClone() }
            : new JsonObject { ["selector"] = new JsonObject { ["matchLabels"] = Labels(name) }, ["minAvailable"] = random.OneOf<JsonNode>([1, "50%", "70%"]).DeepClone() },
    };

    private static JsonObject Template(string name, Random random) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["labels"] = Labels(name),
            ["annotations"] = new JsonObject { [Machine.Ready] = random.OneOf(["1", "1", "3", "6"]) },
        },
        ["spec"] = new JsonObject
        {
            ["terminationGracePeriodSeconds"] = random.OneOf([1, 5, 30]),
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "main",
                ["image"] = "example/main:1",
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = random.OneOf(["50m", "100m", "250m", "400m"]) } },
            }),
        },
    };

    // One an app: two apps that want the same port of every node have no room beside each other.
    private static int HostPort(string name) => 8000 + int.Parse(name[(name.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);

    private static JsonObject Labels(string name) => new() { ["app"] = name };

    private static JsonObject Apart(string name) => new()
    {
        ["podAntiAffinity"] = new JsonObject
        {
            ["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(new JsonObject
            {
                ["topologyKey"] = "kubernetes.io/hostname",
                ["labelSelector"] = new JsonObject { ["matchLabels"] = Labels(name) },
            }),
        },
    };
}
