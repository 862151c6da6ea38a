using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Kube.Node.Probes;

/// <summary>
/// Opens TCP connections to pods. A socket belongs for life to the network namespace of the thread that made it, so a thread that
/// has entered the node's namespace makes the sockets and everything else runs anywhere. Without a namespace it is a plain connect.
/// </summary>
internal sealed partial class NamespaceDialer(string? networkNamespace)
{
    private const int CloneNewNet = 0x40000000;

    public async Task<Socket> ConnectAsync(EndPoint endpoint, CancellationToken ct)
    {
        var family = endpoint is IPEndPoint ip ? ip.AddressFamily : AddressFamily.InterNetwork;
        var socket = networkNamespace is null ? new Socket(family, SocketType.Stream, ProtocolType.Tcp) : await CreateInNamespaceAsync(family).ConfigureAwait(false);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(endpoint, ct).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A connect callback for <see cref="SocketsHttpHandler"/>.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        EndPoint endpoint = IPAddress.TryParse(context.DnsEndPoint.Host.Trim('[', ']'), out var address)
            ? new IPEndPoint(address, context.DnsEndPoint.Port)
            : context.DnsEndPoint;
        return new NetworkStream(await ConnectAsync(endpoint, ct).ConfigureAwait(false), ownsSocket: true);
    }

    private Task<Socket> CreateInNamespaceAsync(AddressFamily family)
    {
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        // A thread of its own that ends at once: a pool thread would carry the namespace into other work.
        new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle(networkNamespace!);
                if (SetNamespace(handle, CloneNewNet) != 0)
                    throw new IOException($"entering {networkNamespace} failed: errno {Marshal.GetLastPInvokeError()}");
                made.SetResult(new Socket(family, SocketType.Stream, ProtocolType.Tcp));
            }
            catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
            {
                made.SetException(e);
            }
        })
        { IsBackground = true }.Start();
        return made.Task;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(Microsoft.Win32.SafeHandles.SafeFileHandle descriptor, int kind);
}
