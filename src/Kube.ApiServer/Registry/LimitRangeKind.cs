using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Registry;

/// <summary>Limit ranges.</summary>
internal sealed class LimitRangeKind() : ResourceKind("", "v1", "LimitRange", "limitranges", typeof(V1LimitRange))
{
    private static readonly Quantity One = Quantity.TryParse("1", out var one) ? one : default;

    public override IReadOnlyList<string> ShortNames => ["limits"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        new("Created At", (o, _) => o.Object("metadata").Text("creationTimestamp")) { Type = "date" },
    ];

    public override void Default(JsonObject document)
    {
        // For containers an upper bound is also the default limit, and a default limit the default request.
        foreach (var limit in document.Object("spec").Objects("limits").Where(l => l.Text("type") == "Container"))
        {
            Fill(limit, "default", limit.Object("max"));
            Fill(limit, "defaultRequest", limit.Object("default"));
            Fill(limit, "defaultRequest", limit.Object("min"));
        }
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        var i = 0;
        foreach (var limit in document.Object("spec").Objects("limits"))
        {
            var at = $"spec.limits[{i++}]";
            var type = limit.Text("type") ?? "";
            if (type.Length > 0 && !types.Add(type))
                errors.Duplicate($"{at}.type", type);
            if (type == "Pod")
            {
                foreach (var field in (ReadOnlySpan<string>)["default", "defaultRequest"])
                {
                    if (limit.Object(field) is { Count: > 0 })
                        errors.Forbidden($"{at}.{field}", "may not be specified when `type` is 'Pod'");
                }
            }

            foreach (var (low, high) in (ReadOnlySpan<(string, string)>)[("min", "max"), ("min", "defaultRequest"), ("min", "default"), ("defaultRequest", "default"), ("defaultRequest", "max"), ("default", "max")])
                Ordered(limit, low, high, at, errors);
            foreach (var (name, value) in limit.Object("maxLimitRequestRatio") ?? [])
            {
                if (!Quantity.TryParse(value.AsText(), out var ratio) || ratio < One)
                    errors.Invalid($"{at}.maxLimitRequestRatio[{name}]", value.AsText(), $"ratio {value.AsText()} is less than 1");
            }
        }
    }

    private static void Fill(JsonObject limit, string field, JsonObject? from)
    {
        foreach (var (name, value) in from ?? [])
            limit.Ensure(field).SetDefault(name, value?.DeepClone());
    }

    private static void Ordered(JsonObject limit, string low, string high, string at, FieldErrors errors)
    {
        foreach (var (name, value) in limit.Object(low) ?? [])
        {
            if (limit.Object(high).Text(name) is { } upper && Quantity.TryParse(value.AsText(), out var less) && Quantity.TryParse(upper, out var more) && less > more)
                errors.Invalid($"{at}.{low}[{name}]", less.ToString(), $"{Word(low)} value {less} is greater than {Word(high)} value {more}");
        }
    }

    private static string Word(string field) => field switch { "defaultRequest" => "default request", "default" => "default", _ => field };
}
