namespace Kube.ApiServer.Http;

/// <summary>Gives the next bytes of an answer.</summary>
/// <param name="room">Where they go; not empty.</param>
/// <returns>How many there are: all that fits, and 0 when nothing is left.</returns>
internal delegate int BodySource(Span<byte> room);
