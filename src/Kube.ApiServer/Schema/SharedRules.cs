using System.Globalization;
using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Schema;

/// <summary>The rules of structures that appear in many kinds, wherever they appear.</summary>
internal static class SharedRules
{
    public static void Check(JsonObject value, string structure, StructuralRules.Place place, FieldErrors errors)
    {
        switch (structure)
        {
            case "LabelSelectorRequirement":
                LabelRequirement(value, place, errors);
                break;
            case "NodeSelectorRequirement":
                NodeRequirement(value, place, errors);
                break;
            case "PreferredSchedulingTerm" or "WeightedPodAffinityTerm" when value.Integer("weight") is not (>= 1 and <= 100):
                errors.Invalid($"{place}.weight", value.Integer("weight") ?? 0, "must be in the range 1-100");
                break;
            case "KeyToPath" or "DownwardAPIVolumeFile" when value.Text("path") is { Length: > 0 } path:
                if (path.StartsWith('/'))
                    errors.Invalid($"{place}.path", path, "must be a relative path");
                else if (path.Split('/')[0] == ".." || path.Split('/').Contains(".."))
                    errors.Invalid($"{place}.path", path, "must not contain '..'");
                if (value.Integer("mode") is { } mode and (< 0 or > 511))
                    errors.Invalid($"{place}.mode", mode, "must be a number between 0 and 0777 (octal), both inclusive");
                break;
            case "TopologySpreadConstraint" when (value.Integer("maxSkew") ?? 0) <= 0:
                errors.Invalid($"{place}.maxSkew", value.Integer("maxSkew") ?? 0, "must be greater than zero");
                break;
            case "IPBlock":
                Block(value, place, errors);
                break;
        }
    }

    private static void LabelRequirement(JsonObject value, StructuralRules.Place place, FieldErrors errors)
    {
        var count = value.Array("values")?.Count ?? 0;
        switch (value.Text("operator"))
        {
            case "In" or "NotIn" when count == 0:
                errors.Required($"{place}.values", "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist" when count > 0:
                errors.Forbidden($"{place}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist":
                break;
            default:
                errors.Invalid($"{place}.operator", value.Text("operator") ?? "", "not a valid selector operator");
                break;
        }

        errors.Check($"{place}.key", value.Text("key") ?? "", NameRules.QualifiedName(value.Text("key") ?? ""));
        var i = 0;
        foreach (var text in value.Texts("values"))
            errors.Check($"{place}.values[{i++}]", text, NameRules.LabelValue(text));
    }

    private static void NodeRequirement(JsonObject value, StructuralRules.Place place, FieldErrors errors)
    {
        var values = value.Texts("values").ToArray();
        switch (value.Text("operator"))
        {
            case "In" or "NotIn" when values.Length == 0:
                errors.Required($"{place}.values", "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist" when values.Length > 0:
                errors.Forbidden($"{place}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "Gt" or "Lt" when values.Length != 1:
                errors.Required($"{place}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist" or "Gt" or "Lt":
                break;
            default:
                errors.Invalid($"{place}.operator", value.Text("operator") ?? "", "not a valid selector operator");
                break;
        }

        // metadata.name is the one field that matchFields takes; it is a qualified name as well.
        errors.Check($"{place}.key", value.Text("key") ?? "", NameRules.QualifiedName(value.Text("key") ?? ""));
    }

    private static void Block(JsonObject value, StructuralRules.Place place, FieldErrors errors)
    {
        var cidr = value.Text("cidr") ?? "";
        if (cidr.Length > 0 && !System.Net.IPNetwork.TryParse(cidr, out _))
            errors.Invalid($"{place}.cidr", cidr, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        var i = 0;
        foreach (var except in value.Texts("except"))
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{place}.except[{i++}]");
            if (!System.Net.IPNetwork.TryParse(except, out var inner))
                errors.Invalid(at, except, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
            else if (System.Net.IPNetwork.TryParse(cidr, out var outer) && (!outer.Contains(inner.BaseAddress) || inner.PrefixLength <= outer.PrefixLength))
                errors.Invalid(at, except, "must be a strict subset of `cidr`");
        }
    }
}
