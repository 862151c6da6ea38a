namespace Kube.ApiServer.Http.Streaming;

/// <summary>The words of <c>Upgrade</c> and <c>Sec-WebSocket-Protocol</c> that streams of pods are asked for with.</summary>
internal static class StreamProtocols
{
    public const string Spdy = "SPDY/3.1";

    /// <summary>Header in which SPDY clients name the versions of the streams' meaning they know.</summary>
    public const string VersionHeader = "X-Stream-Protocol-Version";

    /// <summary>As <see cref="Channels4"/>, but channel 3 has an error's text, and nothing when all went well. Also what a client gets that names no protocol.</summary>
    public const string Channels1 = "channel.k8s.io";

    /// <summary>Channels numbered by a message's first byte, the end as a Status on channel 3.</summary>
    public const string Channels4 = "v4.channel.k8s.io";

    /// <summary><see cref="Channels4"/>, and a message 255, n closes channel n: the end of standard input.</summary>
    public const string Channels5 = "v5.channel.k8s.io";

    /// <summary>What a SPDY port-forward calls its streams.</summary>
    public const string PortForward = "portforward.k8s.io";

    /// <summary>A SPDY connection carried in WebSocket messages (KEP-4006).</summary>
    public const string TunnelledPortForward = "SPDY/3.1+portforward.k8s.io";
}
