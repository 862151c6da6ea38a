using System.Text.Json.Nodes;
using Portal.Core.Apps;

namespace Portal.Core.Compile;

/// <summary>Compiles the pods of a process.</summary>
internal static class PodTemplates
{
    /// <summary>The template of a process' pods.</summary>
    /// <param name="input">The release.</param>
    /// <param name="track">What the pods are labelled with: the process, or the second set of it.</param>
    /// <param name="name">The process.</param>
    /// <param name="process">What it runs.</param>
    /// <param name="sources">Where its environment comes from.</param>
    /// <param name="restartPolicy">Null for pods that stay.</param>
    public static JsonObject Of(CompileInput input, string track, string name, ProcessSpec process, (string? Config, string? Secret) sources, string? restartPolicy = null)
    {
        var labels = Compiler.LabelsOf(input, input.InstanceRelease);
        labels[Labels.Process] = track;
        var spec = new JsonObject();
        if (restartPolicy is not null) spec["restartPolicy"] = restartPolicy;
        spec["serviceAccountName"] = input.App;
        spec["automountServiceAccountToken"] = false;
        spec["enableServiceLinks"] = false;
        spec["terminationGracePeriodSeconds"] = 10;
        spec["securityContext"] = new JsonObject { ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" } };
        spec["containers"] = new JsonArray(Container(input, name, process, sources));
        if (process.Mounts.Count > 0)
        {
            spec["volumes"] = new JsonArray([.. process.Mounts.Keys.Select(volume => new JsonObject
            {
                ["name"] = volume,
                ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = input.Claims.GetValueOrDefault(volume, ObjectNames.Claim(input.App, volume, "new")) },
            })]);
        }

        return new()
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = labels,
                ["annotations"] = new JsonObject { [Labels.ConfigHash] = Names.Digest($"{sources.Config}\n{sources.Secret}") },
            },
            ["spec"] = spec,
        };
    }

    public static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => (JsonNode?)word)]);

    private static JsonObject Container(CompileInput input, string name, ProcessSpec process, (string? Config, string? Secret) sources)
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
        var from = new JsonArray();
        if (sources.Config is not null) from.Add(new JsonObject { ["configMapRef"] = new JsonObject { ["name"] = sources.Config } });
        if (sources.Secret is not null) from.Add(new JsonObject { ["secretRef"] = new JsonObject { ["name"] = sources.Secret } });
        if (from.Count > 0) container["envFrom"] = from;
        if (process.Port is { } port)
        {
            container["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["containerPort"] = port, ["protocol"] = "TCP" });
            // Images made for platforms listen where PORT says; a variable of the same name given by the team wins.
            if (!input.Spec.Env.ContainsKey("PORT") && !input.SecretVersions.ContainsKey("PORT"))
                container["env"] = new JsonArray(new JsonObject { ["name"] = "PORT", ["value"] = Names.Number(port) });
        }

        Probes.Add(container, process);
        // Endpoints leave the ingress before the process gets its signal.
        if (process.Port is not null) container["lifecycle"] = new JsonObject { ["preStop"] = new JsonObject { ["sleep"] = new JsonObject { ["seconds"] = 3 } } };
        if (process.Mounts.Count > 0)
            container["volumeMounts"] = new JsonArray([.. process.Mounts.Select(mount => new JsonObject { ["name"] = mount.Key, ["mountPath"] = mount.Value })]);
        return container;
    }
}
