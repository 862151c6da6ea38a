using System.Globalization;
using k8s.Models;
using Simulation.Tests.Engine;

namespace Simulation.Tests.Nodes;

/// <summary>A machine and what runs on it. Its containers outlive its agent, not its power.</summary>
internal sealed class Machine(string name, string zone, int number, SimulatedTime time, Random random, Trace trace)
{
    /// <summary>Annotation: seconds after which the container ends by itself.</summary>
    public const string Ends = "sim/ends";

    /// <summary>Annotation: percent of the containers that end with exit code 1.</summary>
    public const string Fails = "sim/fails";

    /// <summary>Annotation: the most seconds until the container is ready; <c>never</c> for a broken image.</summary>
    public const string Ready = "sim/ready";

    private readonly Dictionary<string, Container> _containers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _exits = new(StringComparer.Ordinal);
    private int _addresses;

    public string Name => name;

    public string Zone => zone;

    public Random Random => random;

    public IReadOnlyCollection<Container> Containers => _containers.Values;

    /// <summary>Told when a container has started.</summary>
    public Action<Machine, Container> Started { get; set; } = (_, _) => { };

    /// <summary>When the agent last renewed the node's lease: the machine's watchdog fences what must not run twice when that is too long ago.</summary>
    public TimeSpan LastContact { get; set; }

    public Container? Find(string uid) => _containers.GetValueOrDefault(uid);

    public Container Start(V1Pod pod)
    {
        var annotations = pod.Metadata.Annotations ?? new Dictionary<string, string>();
        var ready = annotations.TryGetValue(Ready, out var text) ? text : "1";
        var ends = annotations.TryGetValue(Ends, out var after) ? double.Parse(after, CultureInfo.InvariantCulture) : (double?)null;
        var fails = annotations.TryGetValue(Fails, out var percent) ? int.Parse(percent, CultureInfo.InvariantCulture) : 0;
        var container = new Container
        {
            Uid = pod.Metadata.Uid,
            Namespace = pod.Metadata.NamespaceProperty,
            Name = pod.Metadata.Name,
            OwnerKind = pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true)?.Kind ?? "",
            ReadyAt = ready == "never" ? TimeSpan.MaxValue : time.Elapsed + random.Seconds(0.1, double.Parse(ready, CultureInfo.InvariantCulture)),
            EndsAt = ends is { } seconds ? time.Elapsed + random.Seconds(seconds / 2, seconds) : null,
            ExitCode = random.Next(100) < fails ? 1 : 0,
            Address = $"10.244.{number}.{(++_addresses % 250) + 1}",
        };
        _containers[container.Uid] = container;
        trace.Add($"machine {name} starts {container.Identity} {container.Uid}");
        Started(this, container);
        return container;
    }

    /// <summary>How a container ended that is not to be started again; null when it has not.</summary>
    public int? ExitOf(string uid) => _exits.TryGetValue(uid, out var code) ? code : null;

    /// <summary>A container ends for good.</summary>
    public void End(string uid, int code)
    {
        Stop(uid);
        _exits.TryAdd(uid, code);
    }

    public void Stop(string uid)
    {
        if (_containers.Remove(uid, out var gone))
        {
            trace.Add($"machine {name} stops {gone.Identity} {gone.Uid}");
        }
    }

    /// <summary>Ends whatever has an identity that may exist once only.</summary>
    public void Fence()
    {
        foreach (var container in _containers.Values.Where(c => c.OwnerKind == "StatefulSet").ToArray())
        {
            Stop(container.Uid);
        }
    }

    public void PowerOff()
    {
        foreach (var container in _containers.Values.ToArray())
        {
            Stop(container.Uid);
        }
    }
}
