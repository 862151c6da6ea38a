using Kube.Machinery.Client;

namespace Kube.Machinery.Informers;

/// <summary>What an informer follows.</summary>
public sealed record InformerOptions
{
    /// <summary>Only this namespace; null for all and for cluster-scoped kinds.</summary>
    public string? Namespace { get; init; }

    /// <summary>Field selector, for instance <c>spec.nodeName=n1</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Label selector.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Keep <c>metadata.managedFields</c>, which often are half of an object, in the cache.</summary>
    public bool KeepManagedFields { get; init; }

    /// <summary>The kind, when the model does not tell it; null for the model's own.</summary>
    public ResourceType? Resource { get; init; }
}
