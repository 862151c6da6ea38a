namespace Kube.ApiServer.Http.Protobuf;

/// <summary>How a field of a message becomes JSON.</summary>
internal enum ProtobufShape
{
    /// <summary>One value.</summary>
    Single,

    /// <summary>A list.</summary>
    Repeated,

    /// <summary>A map with text keys.</summary>
    Map,

    /// <summary>A message whose fields JSON shows in the parent: an embedded Go structure.</summary>
    Inline,
}
