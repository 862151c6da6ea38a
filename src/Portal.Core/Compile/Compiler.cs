using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Apps;

namespace Portal.Core.Compile;

/// <summary>
/// Turns a release into Kubernetes objects. A pure function: the same input yields the same objects with the same names, in the order to apply them.
/// </summary>
internal static class Compiler
{
    public static IReadOnlyList<KubeObject> Compile(CompileInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var sources = Sources(input);
        var objects = new List<KubeObject>(Prerequisites(input));
        foreach (var (name, process) in input.Spec.Processes)
        {
            if (process.IsCron)
            {
                objects.Add(Jobs.Cron(input, name, process, sources));
                continue;
            }

            if (process.Port is not null) objects.Add(Service(input, ObjectNames.Service(input.App, name), name, name, process));
            objects.Add(Deployments.Of(input, name, process, sources));
            if (process.Autoscale is not null) objects.Add(Autoscalers.Of(input, name, process.Autoscale));
        }

        if (input.Spec.Processes.ContainsKey("web")) objects.Add(Ingresses.Of(input));
        return objects;
    }

    /// <summary>What pods need before they can start: namespace, account, configuration, secrets and volumes. Applied alone, it changes no running instance.</summary>
    public static IEnumerable<KubeObject> Prerequisites(CompileInput input)
    {
        yield return Namespace(input);
        yield return Object(input, "v1", "ServiceAccount", input.App, [("automountServiceAccountToken", false)]);
        if (Config(input) is { } config) yield return config;
        if (Secret(input) is { } secret) yield return secret;
        foreach (var certificate in input.Certificates) yield return Ingresses.Certificate(input, certificate);
        foreach (var (name, volume) in input.Spec.Volumes) yield return Claim(input, name, volume);
    }

    /// <summary>The names of the objects that containers take their environment from.</summary>
    public static (string? Config, string? Secret) Sources(CompileInput input) => (Config(input)?.Name, Secret(input)?.Name);

    /// <summary>The labels of every object of the app.</summary>
    public static JsonObject LabelsOf(CompileInput input, int release) => new()
    {
        [Labels.Name] = input.App,
        [Labels.Instance] = $"{input.App}-{input.Environment}",
        [Labels.ManagedBy] = Labels.Portal,
        [Labels.Team] = input.Team,
        [Labels.Project] = input.Project,
        [Labels.Environment] = input.Environment,
        [Labels.App] = input.App,
        [Labels.Release] = Names.Number(release),
    };

    public static KubeObject Object(CompileInput input, string apiVersion, string kind, string name, IEnumerable<(string Key, JsonNode? Value)> members)
    {
        var body = new JsonObject
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = input.Namespace, ["labels"] = LabelsOf(input, input.Release) },
        };
        foreach (var (key, value) in members) body[key] = value;
        return new(kind, name, body);
    }

    public static KubeObject Service(CompileInput input, string service, string track, string name, ProcessSpec process) =>
        Object(input, "v1", "Service", service,
        [
            ("spec", new JsonObject
            {
                ["selector"] = Deployments.Selector(input, track),
                ["ports"] = new JsonArray(new JsonObject
                {
                    ["name"] = "http", ["port"] = name == "web" ? 80 : process.Port, ["targetPort"] = process.Port, ["protocol"] = "TCP",
                }),
            }),
        ]);

    private static KubeObject Namespace(CompileInput input) => new("Namespace", input.Namespace, new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Namespace",
        ["metadata"] = new JsonObject
        {
            ["name"] = input.Namespace,
            ["labels"] = new JsonObject
            {
                [Labels.ManagedBy] = Labels.Portal,
                [Labels.Team] = input.Team,
                [Labels.Project] = input.Project,
                [Labels.Environment] = input.Environment,
                // Images that run as root stay possible; host namespaces, host paths and privileges do not.
                [Labels.EnforcedSecurity] = "baseline",
                [Labels.AdvisedSecurity] = "restricted",
            },
        },
    });

    private static KubeObject? Config(CompileInput input)
    {
        var env = input.Env;
        if (env.Count == 0) return null;
        // The name follows the content: instances of an older release keep the values they were made with, whenever they restart.
        var content = string.Join('\n', env.Select(variable => $"{variable.Key}={variable.Value.Length}:{variable.Value}"));
        return Object(input, "v1", "ConfigMap", ObjectNames.Config(input.App, Names.Digest(content)),
            [("data", new JsonObject(env.Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)variable.Value))))]);
    }

    private static KubeObject? Secret(CompileInput input)
    {
        var variables = input.Variables.ToList();
        if (variables.Count == 0) return null;
        // The name follows names and versions, which say as much as the values and give nothing away.
        var content = string.Join('\n', variables.Select(secret => $"{secret.Key}={secret.Value}"));
        return Object(input, "v1", "Secret", ObjectNames.Secret(input.App, Names.Digest(content)),
        [
            ("type", "Opaque"),
            ("data", new JsonObject(input.SecretValues.Where(secret => !SecretNames.IsCertificate(secret.Key)).Select(secret =>
                KeyValuePair.Create(secret.Key, (JsonNode?)Convert.ToBase64String(Encoding.UTF8.GetBytes(secret.Value.Reveal())))))),
        ]);
    }

    // Without a class: the cluster's default one, which the embedded engine has.
    private static KubeObject Claim(CompileInput input, string name, VolumeSpec volume)
    {
        var claim = Object(input, "v1", "PersistentVolumeClaim", input.Claims.GetValueOrDefault(name, ObjectNames.Claim(input.App, name, "new")),
        [
            ("spec", new JsonObject
            {
                ["accessModes"] = new JsonArray("ReadWriteOnce"),
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = volume.Size } },
            }),
        ]);
        claim.Body["metadata"]!["labels"]![Labels.Volume] = name;
        // The claim is the volume's, not the release's: nothing of it changes from release to release.
        claim.Body["metadata"]!["labels"]!.AsObject().Remove(Labels.Release);
        return claim;
    }
}
