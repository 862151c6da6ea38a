using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Kube.Network.Dns;

/// <summary>Asks the node's own name servers. Each question goes out from a fresh port with a fresh id, so that an answer cannot be guessed.</summary>
internal sealed class DnsForwarder(KubeDnsOptions options, TimeProvider timeProvider)
{
    private const int MaximumPacket = 65535;

    /// <summary>Sends a query on.</summary>
    /// <param name="query">The client's packet.</param>
    /// <param name="question">Its question.</param>
    /// <param name="tcp">How the client asked: the upstream is asked the same way, so that a cut answer reaches the client as such.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The upstream's packet with the client's id, or null when none answered.</returns>
    public async Task<byte[]?> AskAsync(ReadOnlyMemory<byte> query, DnsQuestion question, bool tcp, CancellationToken cancellationToken)
    {
        foreach (var upstream in Upstreams())
        {
            using var timer = new CancellationTokenSource(options.UpstreamTimeout, timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            try
            {
                var packet = query.ToArray();
                var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
                BinaryPrimitives.WriteUInt16BigEndian(packet, id);
                var answer = tcp ? await AskByTcpAsync(upstream, packet, either.Token).ConfigureAwait(false) : await AskByUdpAsync(upstream, packet, id, question, either.Token).ConfigureAwait(false);
                BinaryPrimitives.WriteUInt16BigEndian(answer, question.Id);
                return answer;
            }
            catch (Exception exception) when (exception is SocketException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The next one may know.
            }
        }
        return null;
    }

    private static async Task<byte[]> AskByUdpAsync(IPEndPoint upstream, byte[] packet, ushort id, DnsQuestion question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(upstream.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(upstream, cancellationToken).ConfigureAwait(false);
        await socket.SendAsync(packet, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[MaximumPacket];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (length >= DnsQuestion.HeaderLength + question.Section.Length && BinaryPrimitives.ReadUInt16BigEndian(buffer) == id
                && buffer.AsSpan(DnsQuestion.HeaderLength, question.Section.Length).SequenceEqual(question.Section.Span))
            {
                return buffer[..length];
            }
        }
    }

    private static async Task<byte[]> AskByTcpAsync(IPEndPoint upstream, byte[] packet, CancellationToken cancellationToken)
    {
        using var socket = new Socket(upstream.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(upstream, cancellationToken).ConfigureAwait(false);
        using var stream = new NetworkStream(socket);
        await DnsStream.WriteAsync(stream, packet, cancellationToken).ConfigureAwait(false);
        var answer = await DnsStream.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        return answer is { Length: >= DnsQuestion.HeaderLength } ? answer : throw new IOException("The upstream closed without an answer.");
    }

    private IEnumerable<IPEndPoint> Upstreams()
    {
        if (options.Upstreams.Count > 0)
            return options.Upstreams;
        // Read each time: a machine that moves between networks gets new servers.
        if (!File.Exists(options.ResolverFile))
            return [];
        return File.ReadLines(options.ResolverFile)
            .Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..])
            .Select(words => IPAddress.TryParse(words[1], out var address) ? new IPEndPoint(address, 53) : null)
            .OfType<IPEndPoint>()
            .Where(upstream => !upstream.Equals(options.Listen))
            .Take(3)
            .ToList();
    }
}
