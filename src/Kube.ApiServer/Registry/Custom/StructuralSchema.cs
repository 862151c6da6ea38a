using System.Collections.Frozen;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>
/// The structural schema of a custom resource: what shape values have, which are kept, which have defaults
/// (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema).
/// The rules for values stay in <see cref="Source"/>, the JSONSchemaProps this was read from.
/// </summary>
internal sealed class StructuralSchema
{
    private StructuralSchema(JsonObject source, bool root)
    {
        Source = source;
        Type = source.Text("type") ?? "";
        IsRoot = root;
        Properties = (source.Object("properties") ?? []).Where(p => p.Value is JsonObject).ToFrozenDictionary(p => p.Key, p => new StructuralSchema((JsonObject)p.Value!, false), StringComparer.Ordinal);
        Items = source["items"] is JsonObject items ? new StructuralSchema(items, false) : null;
        Values = source["additionalProperties"] is JsonObject values ? new StructuralSchema(values, false) : null;
        FreeValues = source.Flag("additionalProperties") == true;
        Rules = new ValueRules(source);
        HasCelRules = Rules.Cel.Count > 0 || Properties.Values.Any(p => p.HasCelRules) || Items?.HasCelRules == true || Values?.HasCelRules == true;
        HasDefaults = source["default"] is not null || Properties.Values.Any(p => p.HasDefaults) || Items?.HasDefaults == true || Values?.HasDefaults == true;
    }

    public JsonObject Source { get; }

    public string Type { get; }

    public bool IsRoot { get; }

    public FrozenDictionary<string, StructuralSchema> Properties { get; }

    public StructuralSchema? Items { get; }

    public StructuralSchema? Values { get; }

    /// <summary>A map of anything: <c>additionalProperties: true</c>.</summary>
    public bool FreeValues { get; }

    public ValueRules Rules { get; }

    public bool HasDefaults { get; }

    /// <summary>Here or further in there are rules in CEL.</summary>
    public bool HasCelRules { get; }

    public bool IsNullable => Source.Flag("nullable") == true;

    public bool PreservesUnknown => Source.Flag("x-kubernetes-preserve-unknown-fields") == true;

    public bool IsEmbedded => Source.Flag("x-kubernetes-embedded-resource") == true;

    public bool IsIntOrString => Source.Flag("x-kubernetes-int-or-string") == true;

    public string ListType => Source.Text("x-kubernetes-list-type") ?? "atomic";

    public IEnumerable<string> ListMapKeys => Source.Texts("x-kubernetes-list-map-keys");

    public static StructuralSchema Parse(JsonObject source) => new(source, root: true);

    /// <summary>The schema of whole objects, as reading and patches use it.</summary>
    public SchemaType ToSchemaType(string kind)
    {
        var fields = Properties.Where(p => p.Key is not ("apiVersion" or "kind" or "metadata")).Select(p => Field(p.Key, p.Value)).Concat(Identity());
        return SchemaType.Structure(kind, [.. fields], PreservesUnknown, nullable: false);
    }

    /// <summary>Fills in defaults, from the outside in: a default object may have defaults of its own.</summary>
    public void Default(JsonNode? node)
    {
        if (!HasDefaults)
            return;
        if (node is JsonObject document)
        {
            foreach (var (name, schema) in Properties)
            {
                // Null counts as nothing where null is no value.
                if (schema.Source["default"] is { } value && (!document.TryGetPropertyValue(name, out var have) || (have is null && !schema.IsNullable)))
                    document[name] = value.DeepClone();
                schema.Default(document[name]);
            }

            if (Values is not null)
            {
                foreach (var (name, value) in document.ToArray())
                {
                    if (!Properties.ContainsKey(name))
                        Values.Default(value);
                }
            }
        }
        else if (node is JsonArray list && Items is not null)
        {
            foreach (var item in list)
                Items.Default(item);
        }
    }

    private static IEnumerable<SchemaField> Identity()
    {
        yield return new SchemaField("apiVersion", SchemaType.Value(nullable: false), MergeRule.None, "apiVersion");
        yield return new SchemaField("kind", SchemaType.Value(nullable: false), MergeRule.None, "kind");
        yield return new SchemaField("metadata", ModelSchemas.For(typeof(V1ObjectMeta)), MergeRule.None, "metadata");
    }

    private static SchemaField Field(string name, StructuralSchema schema) => new(name, schema.ToType(name), schema.Merge(), name);

    private SchemaType ToType(string name)
    {
        if (IsIntOrString)
            return SchemaType.Value(IsNullable);
        if (Type == "array" && Items is not null)
            return SchemaType.ListOf(Items.ToType(name), IsNullable);
        if (Type == "object" && Values is not null && Properties.Count == 0)
            return SchemaType.MapOf(Values.ToType(name), IsNullable);
        if (Type == "object" && Properties.Count == 0 && !IsEmbedded && (PreservesUnknown || FreeValues))
            return SchemaType.MapOf(SchemaType.Value(nullable: true), IsNullable);
        if (Type == "object")
        {
            var own = Properties.Where(p => !IsEmbedded || p.Key is not ("apiVersion" or "kind" or "metadata")).Select(p => Field(p.Key, p.Value));
            return SchemaType.Structure(name, [.. own, .. IsEmbedded ? Identity() : []], PreservesUnknown, IsNullable);
        }

        // Without a type anything may stand there; such a place must keep unknown fields.
        return SchemaType.Value(IsNullable);
    }

    private MergeRule Merge() => Type switch
    {
        "array" when ListType == "set" => new MergeRule { List = ListKind.Set },
        "array" when ListType == "map" => new MergeRule { List = ListKind.Map, Keys = [.. ListMapKeys.Order(StringComparer.Ordinal).Select(Key)] },
        "object" when Source.Text("x-kubernetes-map-type") == "atomic" => new MergeRule { Atomic = true },
        _ => MergeRule.None,
    };

    private ListKey Key(string name) => new(name, Items?.Properties.GetValueOrDefault(name)?.Source["default"] is { } value ? Columns.Scalar(value) : null);
}
