using System.Net;
using Microsoft.Extensions.Logging;

namespace Kube.Network.Dns;

/// <summary>Answers one query: the cluster's names from the zone in force, everything else by the upstream.</summary>
internal sealed class DnsResolver(KubeDnsOptions options, DnsForwarder forwarder, ILogger<DnsResolver> logger)
{
    private DnsZone? _zone;

    /// <summary>The zone in force; null until all services have been read.</summary>
    public DnsZone? Zone
    {
        get => Volatile.Read(ref _zone);
        set => Volatile.Write(ref _zone, value);
    }

    /// <summary>Answers.</summary>
    /// <returns>The answer, or null when the packet is no query and deserves none.</returns>
    public async Task<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, bool tcp, CancellationToken cancellationToken)
    {
        if (!DnsQuestion.TryRead(query, out var question))
            return null;
        if (TryAnswerHere(question, tcp ? ushort.MaxValue : DnsAnswer.UdpLimit) is { } local)
        {
            Telemetry.DnsQuestions.Add(1, new KeyValuePair<string, object?>("answer", "local"));
            return local;
        }
        if (await forwarder.AskAsync(query, question, tcp, cancellationToken).ConfigureAwait(false) is { } forwarded)
        {
            Telemetry.DnsQuestions.Add(1, new KeyValuePair<string, object?>("answer", "forwarded"));
            return forwarded;
        }
        Telemetry.DnsQuestions.Add(1, new KeyValuePair<string, object?>("answer", "failed"));
        logger.DnsQuestionFailed("no upstream answered");
        return DnsAnswer.Failure(question, DnsResponseCode.ServerFailure);
    }

    /// <summary>The answer to a question about the cluster, or null when it is none.</summary>
    internal byte[]? TryAnswerHere(DnsQuestion question, int limit)
    {
        var zone = Zone;
        if (DnsZone.Covers(options.ClusterDomain, question.Name))
        {
            if (zone is null)
                return DnsAnswer.Failure(question, DnsResponseCode.ServerFailure);
            if (zone.Addresses(question.Name) is not { } addresses)
                return DnsAnswer.Nothing(question, DnsResponseCode.NameError, zone.Domain, options.TimeToLive);
            return question.Type is DnsQuestion.A or DnsQuestion.Any && question.Class == 1 && addresses.Count > 0
                ? DnsAnswer.Addresses(question, Turned(addresses), options.TimeToLive, limit)
                : DnsAnswer.Nothing(question, DnsResponseCode.NoError, zone.Domain, options.TimeToLive);
        }
        if (question.Type == DnsQuestion.Ptr && DnsZone.TryReverse(question.Name, out var address) && options.ClusterRanges.Any(range => range.Contains(address)))
        {
            if (zone is null)
                return DnsAnswer.Failure(question, DnsResponseCode.ServerFailure);
            return zone.Name(address) is { } name
                ? DnsAnswer.Name(question, name, options.TimeToLive)
                : DnsAnswer.Nothing(question, DnsResponseCode.NameError, zone.Domain, options.TimeToLive);
        }
        return null;
    }

    // Clients take the first: begin somewhere else each time.
    private static IReadOnlyList<IPAddress> Turned(IReadOnlyList<IPAddress> addresses)
    {
        if (addresses.Count < 2)
            return addresses;
        var first = Random.Shared.Next(addresses.Count);
        return [.. addresses.Skip(first), .. addresses.Take(first)];
    }
}
