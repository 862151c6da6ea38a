using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Selectors;
using Microsoft.AspNetCore.Connections.Features;

namespace Kube.ApiServer.Presence;

/// <summary>
/// The nodes' signs of life in this process's memory: renewals of their Leases, of which the store gets one every few seconds, and the agents' watches of their own pods,
/// whose end is suspicion at once.
/// </summary>
internal sealed class NodePresence(IObjectStore store, TimeProvider time)
{
    /// <summary>Where nodes keep their Leases.</summary>
    public const string LeaseNamespace = "kube-node-lease";

    private const string LeaseResource = "leases.coordination.k8s.io";
    private const int TcpUserTimeout = 18;
    private const int UserTimeoutMilliseconds = 1900;
    private readonly ConcurrentDictionary<string, NodeSigns> _nodes = new(StringComparer.Ordinal);
    private readonly Channel<bool> _suspicion = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>The nodes of which anything is known.</summary>
    public IEnumerable<KeyValuePair<string, NodeSigns>> Nodes => _nodes;

    /// <summary>The key of a node's Lease.</summary>
    public static ObjectKey LeaseOf(string node) => new(LeaseResource, LeaseNamespace, node);

    /// <summary>The key of a Node.</summary>
    public static ObjectKey NodeOf(string node) => new("nodes", "", node);

    /// <summary>Follows a watch if it is that of an agent of its own pods.</summary>
    /// <returns>Dispose it when the watch ends; null when it is another's.</returns>
    public IDisposable? Attend(ResourceRequest request)
    {
        if (request.Kind.StorageResource != "pods" || NodeIdentity.NodeOf(request.User) is not { } node || SelectedNode(request) != node)
            return null;
        NoticeSilence(request.Http.Features.Get<IConnectionSocketFeature>()?.Socket);
        var signs = _nodes.GetOrAdd(node, _ => new NodeSigns(time));
        signs.Attach();
        return new Attendance(this, signs);
    }

    /// <summary>Takes in a write of a Lease, if it is a node's.</summary>
    /// <param name="key">What is written.</param>
    /// <param name="stored">What is there; null when it is new.</param>
    /// <param name="live">The same as a document.</param>
    /// <param name="next">What it is to become.</param>
    /// <returns>Whether the write need not go through the store because it only says again that the node lives.</returns>
    public bool Absorbs(ObjectKey key, StoredObject? stored, JsonObject? live, JsonObject next)
    {
        if (key.Resource != LeaseResource || key.Namespace != LeaseNamespace)
            return false;
        var before = live.Object("spec");
        var after = next.Object("spec");
        if (after.Text("renewTime") is not { } renewed || renewed == before.Text("renewTime"))
            return false;
        var signs = _nodes.GetOrAdd(key.Name, _ => new NodeSigns(time));
        // After anything was written to the Node, an accusation perhaps, a renewal must have a revision that is newer.
        var mayAbsorb = stored is not null && store.Get(NodeOf(key.Name)) is { } node && stored.Revision > node.Revision
            && OnlyTheTime(before, after) && JsonNode.DeepEquals(AnnotationsOf(live), AnnotationsOf(next));
        return signs.Renew(mayAbsorb, stored?.Revision ?? 0);
    }

    /// <summary>Waits until a watch has ended, or for a time.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        Task ended = _suspicion.Reader.ReadAsync(either.Token).AsTask();
        await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Forgives every node the time in which this process heard nothing; at the start of a term those too that have only a Lease.</summary>
    public void Forgive(bool fromLeases)
    {
        foreach (var lease in fromLeases ? store.List(LeaseResource, LeaseNamespace).Items : [])
            _nodes.GetOrAdd(lease.Key.Name, _ => new NodeSigns(time));
        foreach (var signs in _nodes.Values)
            signs.Forgive();
    }

    /// <summary>Forgets nodes that are no more.</summary>
    /// <returns>Their names.</returns>
    public IReadOnlyList<string> Sweep()
    {
        var gone = new List<string>();
        foreach (var (name, signs) in _nodes)
        {
            if (!signs.IsWatched && store.Get(NodeOf(name)) is null && _nodes.TryRemove(new(name, signs)))
                gone.Add(name);
        }

        return gone;
    }

    private static string? SelectedNode(ResourceRequest request)
    {
        try
        {
            return FieldSelector.Parse(request.Query("fieldSelector")).Exactly("spec.nodeName");
        }
        catch (FormatException)
        {
            return null;
        }
    }

    // The kernels of both machines answer for each other each second, at no cost to either process and however starved these are: a machine that is gone breaks the
    // connection after two of these (tcp(7): TCP_USER_TIMEOUT takes the place of the number of probes).
    private static void NoticeSilence(Socket? socket)
    {
        if (socket is null || !OperatingSystem.IsLinux())
            return;
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 1);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection has just ended; the watch notices.
        }
    }

    private static JsonObject? AnnotationsOf(JsonObject? document) => document.Object("metadata").Object("annotations") is { Count: > 0 } annotations ? annotations : null;

    private static bool OnlyTheTime(JsonObject? before, JsonObject? after) =>
        before is not null && after is not null && before.Count == after.Count
        && before.All(field => field.Key == "renewTime" || JsonNode.DeepEquals(field.Value, after[field.Key]));

    private sealed class Attendance(NodePresence presence, NodeSigns signs) : IDisposable
    {
        private int _over;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) != 0)
                return;
            signs.Detach();
            presence._suspicion.Writer.TryWrite(true);
        }
    }
}
