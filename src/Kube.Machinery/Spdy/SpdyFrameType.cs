namespace Kube.Machinery.Spdy;

/// <summary>Frame types of SPDY/3.1; the numbers of the control frames are those on the wire.</summary>
public enum SpdyFrameType
{
    /// <summary>Bytes of a stream: the one type that is no control frame.</summary>
    Data = 0,

    /// <summary>Opens a stream.</summary>
    SynStream = 1,

    /// <summary>Accepts a stream.</summary>
    SynReply = 2,

    /// <summary>Ends a stream at once.</summary>
    RstStream = 3,

    /// <summary>Settings of the connection; nothing that Kubernetes uses.</summary>
    Settings = 4,

    /// <summary>Asks for an echo.</summary>
    Ping = 6,

    /// <summary>No more streams will be accepted.</summary>
    GoAway = 7,

    /// <summary>More headers of a stream.</summary>
    Headers = 8,

    /// <summary>Flow control, which Kubernetes' implementations leave out.</summary>
    WindowUpdate = 9,
}
