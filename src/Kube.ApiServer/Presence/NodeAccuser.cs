using System.Text;
using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Peers;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Nodes;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Presence;

/// <summary>Writes what is held against a node into its annotation, or takes it back. What follows from it is for the node lifecycle controller to decide.</summary>
internal sealed class NodeAccuser(ObjectRegistry registry, ResourceCatalog catalog, PeerForwarder peers, TimeProvider time)
{
    private const string Manager = "portal-presence";

    /// <summary>Accuses a node, unless it stands accused of the same already.</summary>
    /// <returns>Whether anything was written.</returns>
    /// <exception cref="ApiStatusException">The store does not take it now.</exception>
    public async Task<bool> AccuseAsync(string node, NodeSigns signs, NodeLoss loss, CancellationToken cancellationToken)
    {
        var store = registry.Store;
        // First no renewal is absorbed any more, then the Lease is read: a renewal that is not counted here has a newer revision than the accusation is about.
        var silent = signs.BeginAccusation();
        var lease = store.Get(NodePresence.LeaseOf(node))?.Revision ?? 0;
        signs.Accused(lease);
        if (store.Get(NodePresence.NodeOf(node)) is not { } stored)
            return false;
        if (Standing(stored) is { } standing && !standing.IsDisprovedBy(lease) && (standing.Loss == loss || loss != NodeLoss.Refused))
            return false;
        var accusation = new NodeAccusation(loss, lease, store.Leads ? silent : TimeSpan.Zero, time.GetUtcNow());
        await WriteAsync(node, accusation.ToString(), cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Takes back what stands against a node that has answered.</summary>
    public async Task RetractAsync(string node, CancellationToken cancellationToken)
    {
        var lease = registry.Store.Get(NodePresence.LeaseOf(node))?.Revision ?? 0;
        if (registry.Store.Get(NodePresence.NodeOf(node)) is { } stored && Standing(stored) is { } standing && !standing.IsDisprovedBy(lease))
            await WriteAsync(node, null, cancellationToken).ConfigureAwait(false);
    }

    private static NodeAccusation? Standing(StoredObject node) =>
        NodeAccusation.Parse(DocumentReader.Read(node.Json.Span).Object("metadata").Object("annotations").Text(NodeAccusation.Annotation));

    private async Task WriteAsync(string node, string? value, CancellationToken cancellationToken)
    {
        if (!registry.Store.Leads)
        {
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [NodeAccusation.Annotation] = value } } };
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(patch.ToJsonString()));
            content.Headers.ContentType = new("application/merge-patch+json");
            await peers.SendAsync(HttpMethod.Patch, $"/api/v1/nodes/{Uri.EscapeDataString(node)}?fieldManager={Manager}", content, UserInfo.System, cancellationToken).ConfigureAwait(false);
            return;
        }

        var options = new WriteOptions(Manager, DryRun: false, Force: false, "", UserInfo.System);
        await registry.UpdateAsync(catalog.Get<NodeKind>(), NodePresence.NodeOf(node), live =>
        {
            var annotations = live.Ensure("metadata").Ensure("annotations");
            if (value is null)
                annotations.Remove(NodeAccusation.Annotation);
            else
                annotations[NodeAccusation.Annotation] = value;
            live.Object("metadata")!.Remove("resourceVersion");
            return live;
        }, options, cancellationToken).ConfigureAwait(false);
    }
}
