using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Metrics;

/// <summary>Asks agents for their <c>/stats/summary</c>, several at a time; one that does not answer in time is left out.</summary>
internal sealed class NodeSummaries(NodeConnection nodes, TimeProvider time)
{
    private const int AtOnce = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The summaries by node name.</summary>
    public async Task<IReadOnlyDictionary<string, JsonObject>> ReadAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (name, ct) =>
        {
            if (await AskAsync(name, ct).ConfigureAwait(false) is { } summary)
            {
                lock (found)
                    found[name] = summary;
            }
        }).ConfigureAwait(false);
        return found;
    }

    private async Task<JsonObject?> AskAsync(string node, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var answer = await nodes.GetAsync(node, "/stats/summary", either.Token).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? DocumentReader.Read(await answer.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false)) : null;
        }
        catch (Exception e) when (e is ApiStatusException or HttpRequestException or IOException or DecodeException || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
