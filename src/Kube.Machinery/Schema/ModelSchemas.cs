using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Kube.Machinery.Schema;

/// <summary>Schemas read by reflection from KubernetesClient's models, each built once when first needed.</summary>
public static class ModelSchemas
{
    private static readonly ConcurrentDictionary<Type, SchemaType> Structures = new();
    private static readonly SchemaType Text = Scalar(SchemaKind.String, "string");
    private static readonly SchemaType Int32 = Scalar(SchemaKind.Integer, "int32");
    private static readonly SchemaType Int64 = Scalar(SchemaKind.Integer, "int64");
    private static readonly SchemaType Number = Scalar(SchemaKind.Number, "float64");
    private static readonly SchemaType Boolean = Scalar(SchemaKind.Boolean, "bool");
    private static readonly SchemaType Bytes = Scalar(SchemaKind.Bytes, "[]byte");
    private static readonly SchemaType QuantityType = Scalar(SchemaKind.Quantity, "resource.Quantity");
    private static readonly SchemaType IntOrStringType = Scalar(SchemaKind.IntOrString, "intstr.IntOrString");
    private static readonly SchemaType Time = Scalar(SchemaKind.Time, "v1.Time");

    /// <summary>A value of any type.</summary>
    public static SchemaType Any { get; } = Scalar(SchemaKind.Any, "any");

    /// <summary>The schema of a model, for instance <see cref="V1Pod"/>.</summary>
    public static SchemaType For(Type model) => Structures.GetOrAdd(model, Build);

    /// <summary>The Go name of a model: <c>V1PodSpec</c> is <c>PodSpec</c>, <c>Corev1Event</c> is <c>Event</c>.</summary>
    public static string GoName(Type model)
    {
        var name = model.Name;
        for (var i = 0; i + 1 < name.Length; i++)
        {
            if (name[i] is not ('V' or 'v') || !char.IsAsciiDigit(name[i + 1]))
                continue;
            var end = i + 2;
            while (end < name.Length && (char.IsAsciiDigit(name[end]) || char.IsAsciiLetterLower(name[end])))
                end++;
            return end < name.Length ? name[end..] : name;
        }

        return name;
    }

    private static SchemaType Build(Type model)
    {
        var name = GoName(model);
        return new SchemaType(SchemaKind.Object, name, model, () => Fields(model, name), null, MergeRules.IsAtomic(name));
    }

    private static IEnumerable<SchemaField> Fields(Type model, string structure)
    {
        foreach (var property in model.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<JsonPropertyNameAttribute>() is { } json)
                yield return new SchemaField(json.Name, TypeOf(property.PropertyType), MergeRules.For(structure, json.Name), property.Name) { Rule = FieldRules.For(structure, json.Name) };
        }
    }

    private static SchemaType TypeOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return Text;
        if (type == typeof(int))
            return Int32;
        if (type == typeof(long))
            return Int64;
        if (type == typeof(double) || type == typeof(float))
            return Number;
        if (type == typeof(bool))
            return Boolean;
        if (type == typeof(byte[]))
            return Bytes;
        if (type == typeof(DateTime) || type == typeof(DateTimeOffset))
            return Time;
        if (type == typeof(ResourceQuantity))
            return QuantityType;
        if (type == typeof(IntOrString))
            return IntOrStringType;
        if (type == typeof(object) || type == typeof(JsonElement))
            return Any;
        if (type.IsGenericType && type.GetGenericArguments() is [var item])
            return new SchemaType(SchemaKind.List, "[]" + Name(item), null, null, () => TypeOf(item), false);
        if (type.IsGenericType && type.GetGenericArguments() is [_, var value])
            return new SchemaType(SchemaKind.Map, "map[string]" + Name(value), null, null, () => TypeOf(value), false);
        return For(type);
    }

    private static string Name(Type type) => type == typeof(string) ? "string" : GoName(type);

    private static SchemaType Scalar(SchemaKind kind, string name) => new(kind, name, null, null, null, false);
}
