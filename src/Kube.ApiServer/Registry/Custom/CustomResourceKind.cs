using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>One version of a kind that a CustomResourceDefinition brings.</summary>
internal sealed class CustomResourceKind : ResourceKind
{
    private static readonly IReadOnlyDictionary<string, string> CellTypes = new Dictionary<string, string> { ["integer"] = "integer", ["number"] = "number", ["boolean"] = "boolean", ["date"] = "date" };
    private readonly JsonObject _names;
    private readonly JsonObject? _subresources;
    private readonly string _storageApiVersion;
    private readonly bool _terminating;

    public CustomResourceKind(JsonObject definition, JsonObject version)
        : base(GroupOf(definition), version.Text("name")!, Names(definition).Text("kind")!, Names(definition).Text("plural")!, null)
    {
        _names = Names(definition);
        _subresources = version.Object("subresources");
        _terminating = definition.Object("metadata")?["deletionTimestamp"] is not null;
        _storageApiVersion = $"{Gvk.Group}/{definition.Object("spec").Objects("versions").First(v => v.Flag("storage") == true).Text("name")}";
        Namespaced = definition.Object("spec").Text("scope") == "Namespaced";
        Structure = StructuralSchema.Parse(version.Object("schema").Object("openAPIV3Schema") ?? []);
        Schema = Structure.ToSchemaType(Gvk.Kind);
        Fingerprint = Convert.ToHexString(SHA256.HashData([.. JsonText.ToUtf8(version), .. JsonText.ToUtf8(_names)]));
        Columns = [Registry.Columns.Name, .. version.Objects("additionalPrinterColumns").Select(Column)];
        if (version.Array("additionalPrinterColumns") is not { Count: > 0 })
            Columns = [Registry.Columns.Name, Registry.Columns.Age];
        SelectableFields = [.. version.Objects("selectableFields").Select(f => (f.Text("jsonPath") ?? "").TrimStart('.'))];
        var scale = _subresources.Object("scale");
        ScalePaths = new ScalePaths(Dotted(scale.Text("specReplicasPath"), "spec.replicas"), Dotted(scale.Text("statusReplicasPath"), "status.replicas"), Dotted(scale.Text("labelSelectorPath"), "status.selector"));
        Deprecation = version.Flag("deprecated") == true ? version.Text("deprecationWarning") ?? $"{Gvk.ApiVersion} {Gvk.Kind} is deprecated" : null;
    }

    public StructuralSchema Structure { get; }

    /// <summary>Changes with all that discovery and OpenAPI show of the kind.</summary>
    public string Fingerprint { get; }

    /// <summary>What clients of this version are warned of; null when it is not deprecated.</summary>
    public string? Deprecation { get; }

    public override SchemaType Schema { get; }

    public override string Singular => _names.Text("singular") ?? base.Singular;

    public override string ListKind => _names.Text("listKind") ?? base.ListKind;

    public override IReadOnlyList<string> ShortNames => [.. _names.Texts("shortNames")];

    public override IReadOnlyList<string> Categories => [.. _names.Texts("categories")];

    public override bool Namespaced { get; }

    public override bool HasStatus => _subresources.Object("status") is not null;

    public override bool HasScale => _subresources.Object("scale") is not null;

    public override bool HasGeneration => true;

    public override ScalePaths ScalePaths { get; }

    public override IReadOnlyList<TableColumn> Columns { get; }

    public override IReadOnlyList<string> SelectableFields { get; }

    public override bool Converts => true;

    // A definition on its way out takes nothing new.
    public override IReadOnlyCollection<string> Verbs => _terminating ? [.. base.Verbs.Where(v => v != "create")] : base.Verbs;

    // Versions share their fields: only the name of the version changes (conversion strategy None).
    public override JsonObject ToStorage(JsonObject document)
    {
        document["apiVersion"] = _storageApiVersion;
        return document;
    }

    public override JsonObject FromStorage(JsonObject document)
    {
        document["apiVersion"] = Gvk.ApiVersion;
        Structure.Default(document);
        return document;
    }

    public override ReadOnlyMemory<byte> Present(ReadOnlyMemory<byte> json)
    {
        if (!Structure.HasDefaults && FieldReader.Text(json, "apiVersion") == Gvk.ApiVersion)
            return json;
        return JsonText.ToUtf8(FromStorage(DocumentReader.Read(json.Span)));
    }

    public override void Default(JsonObject document) => Structure.Default(document);

    public override bool IsNewGeneration(JsonObject document, JsonObject old)
    {
        var names = document.Select(p => p.Key).Union(old.Select(p => p.Key)).Where(n => n is not ("metadata" or "apiVersion" or "kind") && (n != "status" || !HasStatus));
        return names.Any(n => !JsonNode.DeepEquals(document[n], old[n]));
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        new SchemaValidator(errors).Validate(document, Structure, "");
        // Rules may count on the shape the schema asks for.
        if (!errors.Any)
            new CelValidator(errors, transitions: false).Validate(document, null, Structure, "");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        if (!errors.Any)
            new CelValidator(errors, transitions: true).Validate(document, old, Structure, "");
    }

    public override void ValidateStatus(JsonObject document, JsonObject old, FieldErrors errors)
    {
        Validate(document, errors);
        ValidateUpdate(document, old, errors);
    }

    public override void ValidateStructure(JsonObject document, FieldErrors errors)
    {
    }

    private static string GroupOf(JsonObject definition) => definition.Object("spec").Text("group")!;

    private static JsonObject Names(JsonObject definition) => definition.Object("spec").Object("names")!;

    private static string Dotted(string? path, string missing) => path is { Length: > 1 } ? path.TrimStart('.') : missing;

    private static TableColumn Column(JsonObject column)
    {
        var type = column.Text("type") ?? "string";
        var path = JsonPathExpression.Parse(column.Text("jsonPath") ?? "");
        return new TableColumn(column.Text("name") ?? "", (o, now) => Cell(path?.Find(o) ?? [], type, now))
        {
            Type = CellTypes.GetValueOrDefault(type, "string"),
            Format = column.Text("format") ?? "",
            Description = column.Text("description") ?? "",
            Priority = (int)(column.Integer("priority") ?? 0),
        };
    }

    private static JsonNode? Cell(IEnumerable<JsonNode> found, string type, DateTimeOffset now)
    {
        var values = found.ToArray();
        if (values.Length == 0)
            return null;
        var first = values[0];
        return type switch
        {
            "date" => Registry.Columns.AgeOf(first.AsText(), now),
            "integer" or "number" => first.GetValueKind() == System.Text.Json.JsonValueKind.Number ? first.DeepClone() : null,
            "boolean" => first.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False ? first.DeepClone() : null,
            _ => string.Join(' ', values.Select(v => Registry.Columns.Scalar(v) ?? v.ToJsonString(JsonText.Plain))),
        };
    }
}
