using System.Net.Sockets;
using Grpc.Net.Client;

namespace Kube.Node.Cri;

/// <summary>Makes the gRPC channel to a runtime's Unix socket.</summary>
internal static class CriChannel
{
    // Lists of a full node and their statuses go beyond gRPC's default of 4 MB.
    private const int MaxMessage = 16 * 1024 * 1024;

    public static GrpcChannel Open(string socketPath)
    {
        var endpoint = new UnixDomainSocketEndPoint(socketPath);
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(endpoint, ct).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
            EnableMultipleHttp2Connections = true,
        };
        return GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaxMessage,
        });
    }
}
