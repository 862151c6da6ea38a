using System.Net;

namespace Kube.Network.Pods;

/// <summary>The way to another node's pods.</summary>
/// <param name="Destination">That node's pod range.</param>
/// <param name="Gateway">That node's InternalIP.</param>
internal readonly record struct NodeRoute(IPNetwork Destination, IPAddress Gateway);
