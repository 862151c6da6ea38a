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
        var spec = input.Spec;
        var config = spec.Env.Count > 0 ? Config(input) : null;
        var secret = input.SecretVersions.Count > 0 ? Secret(input) : null;
        var objects = new List<KubeObject> { Namespace(input), Object(input, "v1", "ServiceAccount", input.App, [("automountServiceAccountToken", false)]) };
        if (config is not null) objects.Add(config);
        if (secret is not null) objects.Add(secret);
        foreach (var (name, process) in spec.Processes)
        {
            if (process.Port is not null) objects.Add(Service(input, name, process));
            objects.Add(Deployments.Of(input, name, process, config?.Name, secret?.Name));
        }

        if (spec.Processes.ContainsKey("web")) objects.Add(Ingress(input));
        return objects;
    }

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
            },
        },
    });

    private static KubeObject Config(CompileInput input)
    {
        // The name follows the content: instances of an older release keep the values they were made with, whenever they restart.
        var content = string.Join('\n', input.Spec.Env.Select(variable => $"{variable.Key}={variable.Value.Length}:{variable.Value}"));
        return Object(input, "v1", "ConfigMap", ObjectNames.Config(input.App, Names.Digest(content)),
            [("data", new JsonObject(input.Spec.Env.Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)variable.Value))))]);
    }

    private static KubeObject Secret(CompileInput input)
    {
        // The name follows names and versions, which say as much as the values and give nothing away.
        var content = string.Join('\n', input.SecretVersions.Select(secret => $"{secret.Key}={secret.Value}"));
        return Object(input, "v1", "Secret", ObjectNames.Secret(input.App, Names.Digest(content)),
        [
            ("type", "Opaque"),
            ("data", new JsonObject(input.SecretValues.Select(secret =>
                KeyValuePair.Create(secret.Key, (JsonNode?)Convert.ToBase64String(Encoding.UTF8.GetBytes(secret.Value.Reveal())))))),
        ]);
    }

    private static KubeObject Service(CompileInput input, string name, ProcessSpec process) =>
        Object(input, "v1", "Service", ObjectNames.Service(input.App, name),
        [
            ("spec", new JsonObject
            {
                ["selector"] = Deployments.Selector(input, name),
                ["ports"] = new JsonArray(new JsonObject
                {
                    ["name"] = "http", ["port"] = name == "web" ? 80 : process.Port, ["targetPort"] = process.Port, ["protocol"] = "TCP",
                }),
            }),
        ]);

    private static KubeObject Ingress(CompileInput input) => Object(input, "networking.k8s.io/v1", "Ingress", input.App,
    [
        ("spec", new JsonObject
        {
            ["ingressClassName"] = Labels.Portal,
            ["rules"] = new JsonArray([.. input.Spec.Domains.Order(StringComparer.Ordinal).Prepend(input.Host).Select(host => new JsonObject
            {
                ["host"] = host,
                ["http"] = new JsonObject
                {
                    ["paths"] = new JsonArray(new JsonObject
                    {
                        ["path"] = "/",
                        ["pathType"] = "Prefix",
                        ["backend"] = new JsonObject
                        {
                            ["service"] = new JsonObject { ["name"] = ObjectNames.Service(input.App, "web"), ["port"] = new JsonObject { ["name"] = "http" } },
                        },
                    }),
                },
            })]),
        }),
    ]);
}
