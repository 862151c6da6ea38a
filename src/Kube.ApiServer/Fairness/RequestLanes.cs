using System.Diagnostics.Metrics;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Http;

namespace Kube.ApiServer.Fairness;

/// <summary>
/// Keeps callers from each other's way, in the manner of https://kubernetes.io/docs/concepts/cluster-administration/flow-control/: nodes, the parts of the
/// cluster, tenants and strangers have a lane each, and within a lane every flow gets its turn. The administrators' group waits for nobody.
/// </summary>
internal sealed class RequestLanes(TimeProvider time)
{
    private const int RetryAfterSeconds = 1;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);
    private static readonly Meter Meter = new("Kube.ApiServer.Fairness");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("kube.apiserver.lane.refused", description: "Requests answered 429, by lane.");

    private readonly FairLane _nodes = new("nodes", new LaneLimits(128, 32, 2000, 100, LongestWait), time);
    private readonly FairLane _system = new("system", new LaneLimits(128, 96, 4000, 2000, LongestWait), time);

    // Few seats: what is worked on at once shares the processors, and a request that has to wait for its turn waits fairly.
    private readonly FairLane _tenants = new("tenants", new LaneLimits(64, 32, 4000, 500, LongestWait), time);
    private readonly FairLane _strangers = new("anonymous", new LaneLimits(8, 8, 50, 50, TimeSpan.FromSeconds(5)), time);
    private readonly StreamCounter _streams = new(50_000, 2_000);

    /// <summary>Works on a request when its turn has come.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="isLong">The answer has no end of its own: it is counted and takes no seat.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">The client has gone.</param>
    /// <exception cref="ApiStatusException">429: its lane is full.</exception>
    public async ValueTask RunAsync(UserInfo user, bool isLong, Func<Task> work, CancellationToken cancellationToken)
    {
        if (user.IsIn(MastersAuthorizer.Group))
        {
            await work().ConfigureAwait(false);
            return;
        }

        var flow = FlowOf(user);
        if (isLong)
        {
            if (!_streams.TryOpen(flow))
                throw Full("streams");
            try
            {
                await work().ConfigureAwait(false);
            }
            finally
            {
                _streams.Close(flow);
            }

            return;
        }

        var lane = LaneOf(user);
        using var seat = await lane.EnterAsync(flow, cancellationToken).ConfigureAwait(false) ?? throw Full(lane.Name);
        await work().ConfigureAwait(false);
    }

    private static ApiStatusException Full(string lane)
    {
        Refused.Add(1, new KeyValuePair<string, object?>("lane", lane));
        return new ApiStatusException(new ApiStatus(429, "TooManyRequests", "too many requests, please try again later") { RetryAfterSeconds = RetryAfterSeconds });
    }

    private FairLane LaneOf(UserInfo user)
    {
        if (user.IsIn(NodeIdentity.Group))
            return _nodes;
        if (user.Name.StartsWith("system:", StringComparison.Ordinal))
        {
            if (user.Name == UserInfo.Anonymous.Name)
                return _strangers;
            if (ServiceAccountIdentity.AccountOf(user.Name) is not { } account)
                return user.IsIn(BootstrapTokenAuthenticator.Group) ? _nodes : _system;
            return account.Namespace == "kube-system" ? _system : _tenants;
        }

        return _tenants;
    }

    // More accounts do not make a larger share: those of one namespace are one flow.
    private static string FlowOf(UserInfo user) => ServiceAccountIdentity.AccountOf(user.Name) is { } account ? "namespace/" + account.Namespace : user.Name;
}
