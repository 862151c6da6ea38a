using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.ApiServer.Watch;
using Kube.Machinery.Selectors;

namespace Kube.ApiServer.Http;

/// <summary>The label and field selector of a list or watch, over stored bytes.</summary>
internal sealed class ObjectFilter
{
    private readonly ResourceKind _kind;
    private readonly LabelSelector _labels;
    private readonly FieldSelector _fields;
    private readonly string? _name;
    private readonly string? _scope;

    private ObjectFilter(ResourceKind kind, LabelSelector labels, FieldSelector fields, string? name, string? scope)
    {
        _kind = kind;
        _labels = labels;
        _fields = fields;
        _name = name;
        _scope = scope;
    }

    /// <summary>The one object that can match, when the selector names it in full.</summary>
    public (string Namespace, string Name)? Single =>
        WantedName is { Length: > 0 } name && (_kind.Namespaced ? WantedNamespace : "") is { } ns ? (ns, name) : null;

    /// <summary>What a watch with these selectors can be shown.</summary>
    public WatchScope Scope => new(WantedNamespace, WantedName, WantedName is null && _kind.StorageResource == "pods" ? _fields.Exactly("spec.nodeName") : null);

    public bool IsEverything => _labels.IsEverything && _fields.IsEverything && _name is null;

    public static ObjectFilter Of(ResourceRequest request)
    {
        try
        {
            var fields = FieldSelector.Parse(request.Query("fieldSelector"));
            foreach (var requirement in fields.Requirements)
            {
                if (!request.Kind.IsSelectable(requirement.Field))
                    throw Refusal.BadRequest($"field label not supported: {requirement.Field}");
            }

            return new ObjectFilter(request.Kind, LabelSelector.Parse(request.Query("labelSelector")), fields, request.Path.Name.Length > 0 ? request.Path.Name : null, request.Scope);
        }
        catch (FormatException e)
        {
            throw Refusal.BadRequest(e.Message);
        }
    }

    public IEnumerable<StoredObject> Apply(Snapshot snapshot) => IsEverything ? snapshot.Items : snapshot.ItemsThatMayHold(LabelDigest.Wanted(_labels)).Where(Matches);

    public bool Matches(StoredObject item) =>
        (_name is null || item.Key.Name == _name)
        && _labels.Matches(item.Labels)
        && (_fields.IsEverything || _fields.Matches(field => Value(item, field)));

    private string? WantedName => _name ?? _fields.Exactly("metadata.name");

    private string? WantedNamespace => _scope ?? _fields.Exactly("metadata.namespace");

    private string Value(StoredObject item, string field) => field switch
    {
        "metadata.name" => item.Key.Name,
        "metadata.namespace" => item.Key.Namespace,
        _ => _kind.FieldValue(item.Json, field) ?? FieldReader.Text(item.Json, field) ?? "",
    };
}
