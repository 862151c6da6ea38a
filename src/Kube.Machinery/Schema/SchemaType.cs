using System.Collections.Frozen;

namespace Kube.Machinery.Schema;

/// <summary>The type of a value: what the API's OpenAPI document says of it, as data.</summary>
public sealed class SchemaType
{
    private readonly Lazy<FrozenDictionary<string, SchemaField>> _fields;
    private readonly Lazy<SchemaType?> _item;
    private readonly Lazy<SchemaField[]> _enforced;

    internal SchemaType(SchemaKind kind, string name, Type? model, Func<IEnumerable<SchemaField>>? fields, Func<SchemaType>? item, bool atomic)
    {
        Kind = kind;
        Name = name;
        Model = model;
        Atomic = atomic;
        _fields = new(() => (fields?.Invoke() ?? []).ToFrozenDictionary(f => f.Name, StringComparer.Ordinal));
        _item = new(() => item?.Invoke());
        _enforced = new(() => [.. _fields.Value.Values.Where(f => f.Rule.Enforced).OrderBy(f => f.Name, StringComparer.Ordinal)]);
    }

    /// <summary>The shape.</summary>
    public SchemaKind Kind { get; }

    /// <summary>The Go name of a structure, which messages show: <c>PodSpec</c>; the Go name of a scalar otherwise, <c>int32</c>.</summary>
    public string Name { get; }

    /// <summary>The model a structure is described by.</summary>
    public Type? Model { get; }

    /// <summary>Server-side apply owns every value of this structure as a whole, wherever it appears.</summary>
    public bool Atomic { get; }

    /// <summary>The schema of a custom resource: a value of the wrong shape is read as it is, because a later check of the whole document names all faults at once.</summary>
    public bool Lenient { get; private init; }

    /// <summary>A structure that keeps the fields it does not know.</summary>
    public bool PreservesUnknown { get; private init; }

    /// <summary>Null is a value.</summary>
    public bool Nullable { get; private init; }

    /// <summary>The fields of a structure, by JSON name; empty for other shapes.</summary>
    public IReadOnlyDictionary<string, SchemaField> Fields => _fields.Value;

    /// <summary>The type of a list's items or a map's values.</summary>
    public SchemaType? Item => _item.Value;

    /// <summary>The fields a structure must have.</summary>
    public IReadOnlyList<SchemaField> Enforced => _enforced.Value;

    /// <summary>Finds a field of a structure; null when there is none or the value is no structure.</summary>
    public SchemaField? Field(string name)
    {
        if (Kind != SchemaKind.Object)
            return null;
        return _fields.Value.TryGetValue(name, out var field) ? field : PreservesUnknown ? new SchemaField(name, ModelSchemas.Any, MergeRule.None, name) : null;
    }

    /// <summary>A structure of a custom resource.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="preservesUnknown">Fields it does not know are kept.</param>
    /// <param name="nullable">Null is a value.</param>
    public static SchemaType Structure(string name, IReadOnlyCollection<SchemaField> fields, bool preservesUnknown, bool nullable) =>
        new(SchemaKind.Object, name, null, () => fields, null, false) { Lenient = true, PreservesUnknown = preservesUnknown, Nullable = nullable };

    /// <summary>A list in a custom resource.</summary>
    public static SchemaType ListOf(SchemaType item, bool nullable) => new(SchemaKind.List, "[]" + item.Name, null, null, () => item, false) { Lenient = true, Nullable = nullable };

    /// <summary>A map in a custom resource.</summary>
    public static SchemaType MapOf(SchemaType item, bool nullable) => new(SchemaKind.Map, "map[string]" + item.Name, null, null, () => item, false) { Lenient = true, Nullable = nullable };

    /// <summary>A value of a custom resource that is owned and replaced as a whole.</summary>
    public static SchemaType Value(bool nullable) => new(SchemaKind.Any, "any", null, null, null, false) { Lenient = true, Nullable = nullable };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
