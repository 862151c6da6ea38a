using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace Kube.Controllers.Deployments;

/// <summary>
/// A hash that is equal for equal pod templates however they were written: keys sorted, nothing empty, quantities in their canonical form, and
/// without the label that carries the hash itself.
/// </summary>
internal static class PodTemplateHash
{
    public const string Label = "pod-template-hash";
    private static readonly ConditionalWeakTable<V1PodTemplateSpec, string> Known = [];

    public static string Of(V1PodTemplateSpec template) => Known.GetValue(template, static t => Names.Hash(Canonical(t), 10));

    private static string Canonical(V1PodTemplateSpec template)
    {
        using var document = JsonDocument.Parse(KubernetesJson.Serialize(template));
        var text = new StringBuilder();
        Write(document.RootElement, text);
        return text.ToString();
    }

    /// <returns>False when the value is empty and nothing was written.</returns>
    private static bool Write(JsonElement value, StringBuilder text)
    {
        var start = text.Length;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var property in value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    if (property.Name is Label or "creationTimestamp")
                    {
                        continue;
                    }

                    var before = text.Length;
                    text.Append(property.Name).Append(':');
                    if (!Write(property.Value, text))
                    {
                        text.Length = before;
                    }
                }

                if (text.Length == start + 1)
                {
                    text.Length = start;
                    return false;
                }

                text.Append('}');
                return true;
            case JsonValueKind.Array:
                if (value.GetArrayLength() == 0)
                {
                    return false;
                }

                text.Append('[');
                foreach (var item in value.EnumerateArray())
                {
                    if (!Write(item, text))
                    {
                        text.Append("{}");
                    }

                    text.Append(',');
                }

                text.Append(']');
                return true;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return false;
            default:
                text.Append(value.GetRawText()).Append(';');
                return true;
        }
    }
}
