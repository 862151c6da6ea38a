using System.Collections.Frozen;

namespace Kube.Machinery.Schema;

/// <summary>The type of a value: what the API's OpenAPI document says of it, as data.</summary>
public sealed class SchemaType
{
    private readonly Lazy<FrozenDictionary<string, SchemaField>> _fields;
    private readonly Lazy<SchemaType?> _item;

    internal SchemaType(SchemaKind kind, string name, Type? model, Func<IEnumerable<SchemaField>>? fields, Func<SchemaType>? item, bool atomic)
    {
        Kind = kind;
        Name = name;
        Model = model;
        Atomic = atomic;
        _fields = new(() => (fields?.Invoke() ?? []).ToFrozenDictionary(f => f.Name, StringComparer.Ordinal));
        _item = new(() => item?.Invoke());
    }

    /// <summary>The shape.</summary>
    public SchemaKind Kind { get; }

    /// <summary>The Go name of a structure, which messages show: <c>PodSpec</c>; the Go name of a scalar otherwise, <c>int32</c>.</summary>
    public string Name { get; }

    /// <summary>The model a structure is described by.</summary>
    public Type? Model { get; }

    /// <summary>Server-side apply owns every value of this structure as a whole, wherever it appears.</summary>
    public bool Atomic { get; }

    /// <summary>The fields of a structure, by JSON name; empty for other shapes.</summary>
    public IReadOnlyDictionary<string, SchemaField> Fields => _fields.Value;

    /// <summary>The type of a list's items or a map's values.</summary>
    public SchemaType? Item => _item.Value;

    /// <summary>Finds a field of a structure; null when there is none or the value is no structure.</summary>
    public SchemaField? Field(string name) => Kind == SchemaKind.Object && _fields.Value.TryGetValue(name, out var field) ? field : null;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
