namespace Kube.Machinery.Spdy;

/// <summary>The peer does not speak SPDY/3.1 as it should.</summary>
public sealed class SpdyException(string message) : IOException(message);
