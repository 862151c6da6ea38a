using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Apps;
using Portal.Core.Apps.Documents;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Transfers;

/// <summary>The file of a project: <c>apiVersion: portal/v1, kind: Project</c>, read by the same kind of rules as a declaration.</summary>
internal static class ProjectFileText
{
    public const int MaxLength = 1024 * 1024;
    private const int MaxApps = 1000;
    private const string Head = "# A project of Portal. It holds names of secrets, never their values, and no data of volumes: values are asked for when it is imported.\n";

    private static readonly ObjectRule Rules = Build();

    /// <summary>Reads a file; all faults at once, each with its place and line.</summary>
    public static Result<ProjectFile> Read(string text, IDeclarations declarations)
    {
        var faults = new List<FieldError>();
        if (YamlDocumentReader.Read(text, faults, MaxLength) is not { } document || Rules.Read(document, "", faults) is not JsonObject tree || faults.Count > 0) return Error.Invalid(faults);
        var apps = ImmutableArray.CreateBuilder<ProjectFile.Declared>();
        var environments = (tree["environments"] as JsonObject ?? []).ToImmutableSortedDictionary(
            entry => entry.Key, entry => new ProjectFile.Place((bool?)entry.Value!["protected"] ?? false, (bool?)entry.Value["approvals"] ?? (bool?)entry.Value["protected"] ?? false), StringComparer.Ordinal);
        var list = tree["apps"] as JsonArray ?? [];
        for (var index = 0; index < list.Count; index++)
        {
            var declaration = DeclarationJson.FromTree(list[index]!["declaration"]!);
            declaration = declaration with { Metadata = new() { Name = declaration.Metadata.Name } };
            var app = new ProjectFile.Declared((string)list[index]!["environment"]!, declaration);
            faults.AddRange(declarations.Validate(declaration).Select(fault => fault with { Path = $"apps[{index}].declaration.{fault.Path}" }));
            if (!environments.ContainsKey(app.Environment)) faults.Add(new($"apps[{index}].environment", $"The file has no environment {app.Environment}."));
            if (apps.Any(other => other.Name == app.Name)) faults.Add(new($"apps[{index}].declaration.metadata.name", $"{app.Name} stands here twice."));
            apps.Add(app);
        }

        if (faults.Count > 0) return Error.Invalid(faults);
        return new ProjectFile
        {
            Name = (string)tree["metadata"]!["name"]!,
            Environments = environments,
            Quota = tree["quota"] is JsonObject quota ? new((int)quota["apps"]!, (int)quota["instances"]!, (int)quota["cpuMillis"]!, (int)quota["memoryMebibytes"]!) : null,
            Members = [.. (tree["members"] as JsonArray ?? []).Select(member => new ProjectFile.Person((string)member!["email"]!, Enum.Parse<Role>((string)member["role"]!)))],
            Apps = apps.ToImmutable(),
        };
    }

    /// <summary>Writes a file that reads back as an equal one.</summary>
    public static string Write(ProjectFile file)
    {
        var tree = new JsonObject
        {
            ["apiVersion"] = "portal/v1",
            ["kind"] = "Project",
            ["metadata"] = new JsonObject { ["name"] = file.Name },
            ["environments"] = new JsonObject(file.Environments.Select(entry =>
                KeyValuePair.Create<string, JsonNode?>(entry.Key, new JsonObject { ["protected"] = entry.Value.Protected, ["approvals"] = entry.Value.Approvals }))),
        };
        if (file.Quota is { } quota)
            tree["quota"] = new JsonObject { ["apps"] = quota.Apps, ["instances"] = quota.Instances, ["cpuMillis"] = quota.CpuMillis, ["memoryMebibytes"] = quota.MemoryMebibytes };
        if (file.Members.Length > 0)
            tree["members"] = new JsonArray([.. file.Members.Select(member => (JsonNode)new JsonObject { ["email"] = member.Email, ["role"] = member.Role.ToString() })]);
        tree["apps"] = new JsonArray([.. file.Apps.Select(app => (JsonNode)new JsonObject { ["environment"] = app.Environment, ["declaration"] = DeclarationJson.ToTree(app.Declaration) })]);
        return Head + DeclarationYaml.Write(tree);
    }

    private static ObjectRule Build()
    {
        TextRule Name(string what, int maxLength) => new(
            $"The {what}'s name.", $"a name of at most {maxLength} lower-case letters, digits and hyphens that begins and ends with a letter or digit", maxLength, Grammar.NamePattern);
        IntegerRule Amount(string what) => new(what, 0, int.MaxValue);
        return new("A project.",
        [
            new("apiVersion", new TextRule("The version of this form.", "portal/v1", 20, Words: ["portal/v1"]), true),
            new("kind", new TextRule("The kind of this form.", "Project", 20, Words: ["Project"]), true),
            new("metadata", new ObjectRule("Which project this is.", [new("name", Name("project", 30), true)]), true),
            new("environments", new MapRule("The environments by name.", Name("environment", 20), new ObjectRule("An environment.",
                [new("protected", new BooleanRule("Whether it is protected.")), new("approvals", new BooleanRule("Whether changes wait for another person."))]), 50)),
            new("quota", new ObjectRule("What the project may have of its team's quota.",
                [new("apps", Amount("Apps."), true), new("instances", Amount("Instances."), true), new("cpuMillis", Amount("CPU in 1/1000."), true), new("memoryMebibytes", Amount("Memory in MiB."), true)])),
            new("members", new ListRule("Members of the team.", new ObjectRule("A member.",
                [new("email", new TextRule("The account's address.", "an address", 320), true), new("role", new TextRule("The role.", "a role", 20, Words: Enum.GetNames<Role>()), true)]), 1000, false)),
            new("apps", new ListRule("The apps.", new ObjectRule("An app of an environment.",
                [new("environment", Name("environment", 20), true), new("declaration", DeclarationRules.App, true)]), MaxApps, false)),
        ]);
    }
}
