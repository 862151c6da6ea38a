using Kube.Network.Objects;

namespace Kube.Network.Ingress.Forwarding;

/// <summary>The running state of one endpoint; it outlives the tables that name it.</summary>
internal sealed class IngressEndpoint(EndpointAddress address)
{
    private int _requests;
    private long _suspectUntil;

    /// <summary>Where it is.</summary>
    public EndpointAddress Address { get; } = address;

    /// <summary>What the forwarder puts before the request's path.</summary>
    public string Prefix { get; } = $"http://{address}/";

    /// <summary>Requests under way to it.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>A request begins.</summary>
    public void Enter() => Interlocked.Increment(ref _requests);

    /// <summary>A request ended.</summary>
    public void Leave() => Interlocked.Decrement(ref _requests);

    /// <summary>It refused a connection: avoid it until the moment given (timestamp of the clock used throughout).</summary>
    public void Suspect(long until) => Volatile.Write(ref _suspectUntil, until);

    /// <summary>It answered.</summary>
    public void Trust() => Volatile.Write(ref _suspectUntil, 0);

    /// <summary>Whether it is to be avoided at this moment.</summary>
    public bool IsSuspect(long now) => Volatile.Read(ref _suspectUntil) > now;
}
