using k8s;
using Kube.Machinery.Client;
using Simulation.Tests.Engine;
using Simulation.Tests.Plane;

namespace Simulation.Tests.Network;

/// <summary>What lies between the processes and whichever API server has the address now.</summary>
internal sealed class SimulatedNetwork(Trace trace, int seed)
{
    private readonly Dictionary<string, Link> _links = new(StringComparer.Ordinal);

    /// <summary>The server process that answers; null while there is none.</summary>
    public ApiServerProcess? Server { get; private set; }

    /// <summary>The ways, in the order in which they were made.</summary>
    public IEnumerable<Link> Links => _links.Values;

    public Trace Trace => trace;

    /// <summary>Told of every answered request: who asked, the method and path, and the status.</summary>
    public Action<Link, HttpRequestMessage, int> Answered { get; set; } = (_, _, _) => { };

    /// <summary>Whether this is the answer of a server that has been replaced.</summary>
    public bool IsCurrent(ApiServerProcess server) => ReferenceEquals(server, Server);

    /// <summary>Another server answers from now on; connections to the one before are reset.</summary>
    public void Route(ApiServerProcess? server)
    {
        Server = server;
        foreach (var link in _links.Values.ToArray())
        {
            link.BreakWatches();
        }
    }

    /// <summary>A client for a process.</summary>
    /// <param name="process">Its name.</param>
    /// <param name="user">User and groups: <c>name|group|group</c>.</param>
    /// <param name="clock">Its clock.</param>
    public (IKubernetes Client, Link Link) Connect(string process, string user, ProcessClock clock)
    {
        var link = new Link(process, clock, Randoms.For(seed, process));
        _links[process] = link;
        var configuration = new KubernetesClientConfiguration { Host = "http://api", AccessToken = user, SkipTlsVerify = true };
        return (KubeClients.FromConfiguration(configuration, new Connection(this, link)), link);
    }
}
