using System.Text.Json.Nodes;
using Portal.Core.Apps;

namespace Portal.Core.Compile;

/// <summary>Compiles one process into a Deployment.</summary>
internal static class Deployments
{
    /// <summary>What tells the process's pods apart; immutable on the cluster, hence without release.</summary>
    public static JsonObject Selector(CompileInput input, string process) => new() { [Labels.App] = input.App, [Labels.Process] = process };

    public static KubeObject Of(CompileInput input, string name, ProcessSpec process, string? config, string? secret)
    {
        var deployment = Compiler.Object(input, "apps/v1", "Deployment", ObjectNames.Process(input.App, name),
        [
            ("spec", new JsonObject
            {
                ["replicas"] = process.Replicas ?? 1,
                ["revisionHistoryLimit"] = 3,
                ["selector"] = new JsonObject { ["matchLabels"] = Selector(input, name) },
                ["strategy"] = new JsonObject
                {
                    ["type"] = "RollingUpdate",
                    ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = 0, ["maxSurge"] = 1 },
                },
                ["template"] = Template(input, name, process, config, secret),
            }),
        ]);
        deployment.Body["metadata"]!["labels"]![Labels.Process] = name;
        return deployment;
    }

    private static JsonObject Template(CompileInput input, string name, ProcessSpec process, string? config, string? secret)
    {
        var labels = Compiler.LabelsOf(input, input.InstanceRelease);
        labels[Labels.Process] = name;
        return new()
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = labels,
                ["annotations"] = new JsonObject { [Labels.ConfigHash] = Names.Digest($"{config}\n{secret}") },
            },
            ["spec"] = new JsonObject
            {
                ["serviceAccountName"] = input.App,
                ["automountServiceAccountToken"] = false,
                ["enableServiceLinks"] = false,
                ["terminationGracePeriodSeconds"] = 10,
                ["securityContext"] = new JsonObject { ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" } },
                ["containers"] = new JsonArray(Container(input, name, process, config, secret)),
            },
        };
    }

    private static JsonObject Container(CompileInput input, string name, ProcessSpec process, string? config, string? secret)
    {
        var size = SizeTable.Find(process.Size ?? SizeTable.Default) ?? throw new InvalidOperationException("An unknown size passed validation.");
        var container = new JsonObject
        {
            ["name"] = name,
            ["image"] = input.Spec.Image,
            ["imagePullPolicy"] = "IfNotPresent",
            ["resources"] = new JsonObject
            {
                ["requests"] = new JsonObject { ["cpu"] = size.CpuRequest, ["memory"] = size.Memory },
                ["limits"] = new JsonObject { ["cpu"] = size.CpuLimit, ["memory"] = size.Memory },
            },
            ["securityContext"] = new JsonObject
            {
                ["allowPrivilegeEscalation"] = false,
                ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL"), ["add"] = new JsonArray("NET_BIND_SERVICE") },
            },
        };
        if (!process.Command.IsDefaultOrEmpty) container["command"] = Words(process.Command);
        if (!process.Args.IsDefaultOrEmpty) container["args"] = Words(process.Args);
        var sources = new JsonArray();
        if (config is not null) sources.Add(new JsonObject { ["configMapRef"] = new JsonObject { ["name"] = config } });
        if (secret is not null) sources.Add(new JsonObject { ["secretRef"] = new JsonObject { ["name"] = secret } });
        if (sources.Count > 0) container["envFrom"] = sources;
        if (process.Port is { } port)
        {
            container["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["containerPort"] = port, ["protocol"] = "TCP" });
            // Images made for platforms listen where PORT says; a variable of the same name given by the team wins.
            if (!input.Spec.Env.ContainsKey("PORT") && !input.SecretVersions.ContainsKey("PORT"))
                container["env"] = new JsonArray(new JsonObject { ["name"] = "PORT", ["value"] = Names.Number(port) });
            container["readinessProbe"] = Readiness(process, port);
            // Endpoints leave the ingress before the process gets its signal.
            container["lifecycle"] = new JsonObject { ["preStop"] = new JsonObject { ["sleep"] = new JsonObject { ["seconds"] = 3 } } };
        }

        return container;
    }

    private static JsonObject Readiness(ProcessSpec process, int port)
    {
        var probe = new JsonObject { ["periodSeconds"] = 1, ["timeoutSeconds"] = 2, ["failureThreshold"] = 3 };
        if (process.Health is { } health) probe["httpGet"] = new JsonObject { ["path"] = health.Path, ["port"] = port, ["scheme"] = "HTTP" };
        else probe["tcpSocket"] = new JsonObject { ["port"] = port };
        return probe;
    }

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => (JsonNode?)word)]);
}
