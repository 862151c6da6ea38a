using Portal.Core.Apps;

namespace Portal.Core.Clusters;

/// <summary>A cluster to be added.</summary>
/// <param name="Name">Its name: lower-case letters, digits and hyphens, at most 30; <c>embedded</c> is the portal's own engine.</param>
/// <param name="Kubeconfig">The kubeconfig as YAML or JSON, certificates and tokens inline.</param>
/// <param name="Context">The context of the kubeconfig; its current one when null.</param>
/// <param name="IngressClass">The class its ingress controller serves; null for the cluster's default class.</param>
public sealed record ClusterDraft(string Name, Sensitive Kubeconfig, string? Context = null, string? IngressClass = null);
