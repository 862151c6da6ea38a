namespace Kube.Network.Ingress.Forwarding;

/// <summary>Chooses an endpoint: of two taken by chance the one with fewer requests under way, which spreads well without looking at all.</summary>
internal static class EndpointChoice
{
    /// <summary>Chooses.</summary>
    /// <param name="endpoints">Candidates.</param>
    /// <param name="tried">Endpoints this request already tried; never chosen again.</param>
    /// <param name="now">The moment, for suspicion.</param>
    /// <param name="random">Chance.</param>
    /// <returns>An endpoint, or null when all were tried.</returns>
    public static IngressEndpoint? Choose(IngressEndpoint[] endpoints, List<IngressEndpoint>? tried, long now, Random random)
    {
        if (endpoints.Length == 0)
            return null;
        var first = endpoints[random.Next(endpoints.Length)];
        var second = endpoints[random.Next(endpoints.Length)];
        var best = first.Requests <= second.Requests ? first : second;
        if (!best.IsSuspect(now) && tried?.Contains(best) != true)
            return best;
        // The rare case: something is wrong with the one chosen, so look at all. A suspect is better than none.
        best = null;
        foreach (var endpoint in endpoints)
        {
            if (tried?.Contains(endpoint) == true)
                continue;
            if (best is null || (best.IsSuspect(now), best.Requests).CompareTo((endpoint.IsSuspect(now), endpoint.Requests)) > 0)
                best = endpoint;
        }
        return best;
    }
}
