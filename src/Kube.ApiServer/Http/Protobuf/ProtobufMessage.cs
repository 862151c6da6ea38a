using System.Collections.Frozen;

namespace Kube.ApiServer.Http.Protobuf;

/// <summary>The fields of one message by number.</summary>
/// <param name="Name">Package and message: <c>core.v1.Container</c>.</param>
/// <param name="Fields">Fields by number.</param>
internal sealed record ProtobufMessage(string Name, FrozenDictionary<int, ProtobufField> Fields);
