namespace Kube.ApiServer.Http.Protobuf;

/// <summary>A field of a message.</summary>
/// <param name="Name">JSON name.</param>
/// <param name="Shape">How often it occurs.</param>
/// <param name="Type"><c>s</c> text, <c>i</c> integer, <c>b</c> boolean, <c>y</c> bytes, <c>d</c> double, or the name of a message.</param>
internal sealed record ProtobufField(string Name, ProtobufShape Shape, string Type);
