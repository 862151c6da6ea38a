using System.Collections.Concurrent;
using k8s.Models;
using Kube.ApiServer.Http.Protobuf;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Registry.Custom;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Schema;

/// <summary>
/// The names of schemas in OpenAPI documents, as Kubernetes' own documents have them: <c>io.k8s.api.core.v1.PodSpec</c>. The models do not tell which
/// group a structure belongs to; the protobuf tables do.
/// </summary>
internal sealed class OpenApiNames(ProtobufTables tables)
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private readonly ConcurrentDictionary<(string Group, string Version, Type Model), string> _names = new();

    /// <summary>A built-in structure, as it is named in the document of a group and version.</summary>
    public string Of(SchemaType type, string group, string version) => _names.GetOrAdd((group, version, type.Model!), _ => Find(type, group, version));

    public string Of(ResourceKind kind)
    {
        if (kind is not CustomResourceKind)
            return Of(kind.Schema, kind.Gvk.Group, kind.Gvk.Version);
        // stable.example.com becomes com.example.stable.v1.CronTab.
        return string.Join('.', kind.Gvk.Group.Split('.').Reverse().Append(kind.Gvk.Version).Append(kind.Gvk.Kind));
    }

    public string ListOf(ResourceKind kind)
    {
        var name = Of(kind);
        return string.Concat(name.AsSpan(0, name.LastIndexOf('.') + 1), kind.ListKind);
    }

    /// <summary>The group's part of an operation id: <c>AppsV1</c>.</summary>
    public static string Operations(GroupVersionKind gvk)
    {
        var group = gvk.Group.Length == 0 ? "core" : gvk.Group.EndsWith(".k8s.io", StringComparison.Ordinal) ? gvk.Group.Split('.')[0] : gvk.Group;
        return string.Concat($"{group}.{gvk.Version}".Split('.', '-').Select(p => p.Length == 0 ? p : char.ToUpperInvariant(p[0]) + p[1..]));
    }

    private string Find(SchemaType type, string group, string version)
    {
        if (type.Model == typeof(V1ObjectMeta) || type.Model == typeof(V1ListMeta) || type.Model == typeof(V1Status) || type.Model == typeof(V1DeleteOptions) || tables.Find("meta.v1." + type.Name) is not null)
            return Meta + type.Name;
        // Structures that are this project's own: scheduling.portal.dev becomes dev.portal.scheduling.
        if (type.Model!.Namespace != typeof(V1Pod).Namespace)
            return string.Join('.', group.Split('.').Reverse().Append(version).Append(type.Name));
        if (group == "apiextensions.k8s.io")
            return $"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.{version}.{type.Name}";
        var own = group switch { "" => "core", "rbac.authorization.k8s.io" => "rbac", _ => group.Split('.')[0] };
        foreach (var package in (ReadOnlySpan<string>)[$"{own}.{version}", "core.v1", "autoscaling.v1", "batch.v1"])
        {
            if (tables.Find($"{package}.{type.Name}") is not null)
                return $"io.k8s.api.{package}.{type.Name}";
        }

        return $"io.k8s.api.{own}.{version}.{type.Name}";
    }
}
