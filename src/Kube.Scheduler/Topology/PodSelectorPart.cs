using System.Collections.Immutable;
using Kube.Machinery.Selectors;

namespace Kube.Scheduler.Topology;

/// <summary>Pods of some namespaces with some labels.</summary>
/// <param name="Namespaces">Namespaces by name.</param>
/// <param name="NamespaceLabels">Further namespaces by their labels; null for none.</param>
/// <param name="Labels">The pods' labels; null matches none.</param>
internal sealed record PodSelectorPart(ImmutableSortedSet<string> Namespaces, LabelSelector? NamespaceLabels, LabelSelector? Labels);
