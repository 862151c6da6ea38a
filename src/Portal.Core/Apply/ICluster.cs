using System.Text.Json.Nodes;
using Portal.Core.Compile;

namespace Portal.Core.Apply;

/// <summary>What the product asks of a Kubernetes API: a short list, so that workers can be tested against a double that loses calls.</summary>
internal interface ICluster
{
    /// <summary>Server-side apply by field manager <c>portal</c>, forced. A dry run changes nothing. Yields the object as the server has (or would have) it.</summary>
    Task<JsonObject> ApplyAsync(string ns, KubeObject desired, bool dryRun, CancellationToken cancellationToken);

    /// <summary>The app's objects of the kinds the compiler makes, ServiceAccount to Ingress, without the namespace and without one-off tasks.</summary>
    Task<IReadOnlyList<KubeObject>> ListAsync(string ns, string app, CancellationToken cancellationToken);

    /// <summary>The app's objects as <see cref="ListAsync"/> lists them, and its one-off tasks.</summary>
    Task<IReadOnlyList<KubeObject>> ListAllAsync(string ns, string app, CancellationToken cancellationToken);

    /// <summary>The jobs of the app's one-off tasks.</summary>
    Task<IReadOnlyList<KubeObject>> ListTasksAsync(string ns, string app, CancellationToken cancellationToken);

    /// <summary>Whether any object of the app but its volumes is left, its replica sets and pods included.</summary>
    Task<bool> HasLeftoversAsync(string ns, string app, CancellationToken cancellationToken);

    /// <summary>The image that the app's instances of a release run, as <c>repository@sha256:…</c>; null when they do not say.</summary>
    Task<string?> ImageDigestAsync(string ns, string app, int release, CancellationToken cancellationToken);

    /// <summary>Deletes an object; one that is gone already is fine.</summary>
    Task DeleteAsync(string ns, string kind, string name, CancellationToken cancellationToken);

    /// <summary>Deletes a namespace; true once it is gone with everything in it.</summary>
    Task<bool> DeleteNamespaceAsync(string ns, CancellationToken cancellationToken);
}
