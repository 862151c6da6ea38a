using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry;

/// <summary>The short way of a write whose whole effect the server itself decides.</summary>
internal sealed partial class ObjectRegistry
{
    /// <summary>
    /// Changes an object by the server's own rule alone, as a binding gives a pod its node. Nothing of the object comes from the client, so there is nothing to admit, to
    /// default or to own: in Kubernetes a binding records no field manager either. Bindings are what a cluster under load writes most.
    /// </summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="key">Its identity.</param>
    /// <param name="change">Changes the live state in place, or refuses by throwing.</param>
    /// <param name="options">Who and how.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask AssignAsync(ResourceKind kind, ObjectKey key, Action<JsonObject> change, WriteOptions options, CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            var stored = store.Get(key) ?? throw Refusal.NotFound(kind.Resource, key.Name);
            var document = kind.FromStorage(DocumentReader.Read(stored.Json.Span));
            change(document);
            document.Object("metadata")!.Remove("resourceVersion");
            if (await StoreUpdateAsync(kind, key, stored, document, options, cancellationToken).ConfigureAwait(false) is not null)
                return;
            if (attempt >= Attempts)
                throw Refusal.Modified(kind.Resource, key.Name);
        }
    }
}
