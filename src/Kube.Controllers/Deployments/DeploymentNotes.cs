using System.Globalization;
using k8s;
using k8s.Models;

namespace Kube.Controllers.Deployments;

/// <summary>The annotations by which deployments and their replica sets remember, those that kubectl reads among them.</summary>
internal static class DeploymentNotes
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string RevisionHistory = "deployment.kubernetes.io/revision-history";
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";
    private static readonly HashSet<string> NotCopied = [Revision, RevisionHistory, DesiredReplicas, MaxReplicas, "kubectl.kubernetes.io/last-applied-configuration"];

    public static string? Read(IKubernetesObject<V1ObjectMeta> item, string note) =>
        item.Metadata.Annotations is { } notes && notes.TryGetValue(note, out var value) ? value : null;

    public static int? Number(IKubernetesObject<V1ObjectMeta> item, string note) =>
        int.TryParse(Read(item, note), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a replica set takes over from its deployment.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Copied(V1Deployment deployment) =>
        (deployment.Metadata.Annotations ?? new Dictionary<string, string>()).Where(a => !NotCopied.Contains(a.Key));
}
