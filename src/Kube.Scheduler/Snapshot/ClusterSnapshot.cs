using System.Collections.Immutable;
using Kube.Scheduler.Topology;
using Kube.Scheduler.Volumes;

namespace Kube.Scheduler.Snapshot;

/// <summary>
/// The nodes and what their pods take, one array a column, changed in place by the scheduler's single loop. Between two changes it is a
/// fixed input: placement only reads it. Every change of a node is logged so that rankings can follow without looking at all nodes.
/// </summary>
internal sealed class ClusterSnapshot
{
    private const int LogSize = 1 << 14;
    private readonly Dictionary<string, int> _indexOf = new(StringComparer.Ordinal);
    private readonly Stack<int> _free = new();
    private readonly Dictionary<string, PlacedPod> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _podsOfNode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnerSpread> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _priorities = [];
    private readonly int[] _log = new int[LogSize];

    /// <summary>Makes an empty snapshot.</summary>
    public ClusterSnapshot() => Pods = new PodIndex(i => Facts[i], () => Slots);

    /// <summary>The placed pods as rules between pods see them.</summary>
    public PodIndex Pods { get; }

    /// <summary>Claims and volumes.</summary>
    public VolumeIndex Volumes { get; } = new();

    /// <summary>Which node holds which image.</summary>
    public ImageIndex Images { get; } = new();

    /// <summary>
    /// While set, changes are tries that are undone before it is unset again: rankings are not told of them, so nobody may ask one meanwhile.
    /// </summary>
    public bool IsTrying { get; set; }

    /// <summary>Slots in use or free; indexes run below this.</summary>
    public int Slots { get; private set; }

    /// <summary>Number of nodes.</summary>
    public int NodeCount => _indexOf.Count;

    /// <summary>Facts by slot; null for a free slot.</summary>
    public NodeFacts?[] Facts { get; private set; } = [];

    /// <summary>Raised with every change of the slot's facts.</summary>
    public int[] FactsVersion { get; private set; } = [];

    /// <summary>Number of changes of any slot's facts so far.</summary>
    public long FactsChanges { get; private set; }

    public long[] FreeMilliCpu { get; private set; } = [];

    public long[] FreeMemory { get; private set; } = [];

    public long[] FreeEphemeralStorage { get; private set; } = [];

    public int[] FreePods { get; private set; } = [];

    /// <summary>One over what the node has, in thousandths of a core; scores multiply by it.</summary>
    public float[] PerMilliCpu { get; private set; } = [];

    /// <summary>One over what the node has, in bytes; scores multiply by it.</summary>
    public float[] PerMemory { get; private set; } = [];

    /// <summary>Used by scores: with an assumed minimum for pods that request nothing.</summary>
    public long[] ScoredMilliCpu { get; private set; } = [];

    /// <summary>Used by scores: with an assumed minimum for pods that request nothing.</summary>
    public long[] ScoredMemory { get; private set; } = [];

    /// <summary>The share that is used, by what scores count.</summary>
    public float[] UsedCpuShare { get; private set; } = [];

    /// <summary>The share that is used, by what scores count.</summary>
    public float[] UsedMemoryShare { get; private set; } = [];

    public ImmutableDictionary<string, long>?[] UsedExtended { get; private set; } = [];

    public ImmutableList<HostPort>?[] UsedPorts { get; private set; } = [];

    /// <summary>Number of node changes so far.</summary>
    public long Changes { get; private set; }

    /// <summary>The slots changed since <paramref name="since"/>, oldest first, repeats included; null when they are no longer known.</summary>
    public IEnumerable<int>? ChangedSince(long since) => Changes - since > LogSize ? null : ReadLog(since);

    /// <summary>Whether the node is known.</summary>
    public bool TryGetIndex(string node, out int index) => _indexOf.TryGetValue(node, out index);

    /// <summary>Adds a node or changes its facts.</summary>
    /// <returns>Whether placement may answer differently now.</returns>
    public bool SetNode(NodeFacts facts)
    {
        if (_indexOf.TryGetValue(facts.Name, out var i))
        {
            var old = Facts[i]!;
            Images.Set(i, facts.Images);
            if (!facts.DiffersFrom(old))
            {
                return false;
            }

            Facts[i] = facts;
            FreeMilliCpu[i] += facts.Allocatable.MilliCpu - old.Allocatable.MilliCpu;
            FreeMemory[i] += facts.Allocatable.Memory - old.Allocatable.Memory;
            FreeEphemeralStorage[i] += facts.Allocatable.EphemeralStorage - old.Allocatable.EphemeralStorage;
            FreePods[i] += facts.MaxPods - old.MaxPods;
        }
        else
        {
            i = _free.Count > 0 ? _free.Pop() : Grow();
            _indexOf[facts.Name] = i;
            Facts[i] = facts;
            FreeMilliCpu[i] = facts.Allocatable.MilliCpu;
            FreeMemory[i] = facts.Allocatable.Memory;
            FreeEphemeralStorage[i] = facts.Allocatable.EphemeralStorage;
            FreePods[i] = facts.MaxPods;
            ScoredMilliCpu[i] = ScoredMemory[i] = 0;
            UsedExtended[i] = null;
            UsedPorts[i] = null;
            Images.Set(i, facts.Images);
            foreach (var uid in _podsOfNode.GetValueOrDefault(facts.Name) ?? [])
            {
                Use(i, _pods[uid].Shape, 1);
            }
        }

        PerMilliCpu[i] = 1f / Math.Max(facts.Allocatable.MilliCpu, 1);
        PerMemory[i] = 1f / Math.Max(facts.Allocatable.Memory, 1);
        Share(i);
        FactsVersion[i]++;
        FactsChanges++;
        Pods.SetNode(i, facts);
        Log(i);
        return true;
    }

    /// <summary>Forgets a node; its pods stay known in case it comes back.</summary>
    public void RemoveNode(string name)
    {
        if (!_indexOf.Remove(name, out var i))
        {
            return;
        }

        foreach (var uid in _podsOfNode.GetValueOrDefault(name) ?? [])
        {
            CountOwner(i, _pods[uid].Shape, -1);
            Pods.Add(i, _pods[uid].Shape, -1);
        }

        Facts[i] = null;
        FactsVersion[i]++;
        FactsChanges++;
        Pods.SetNode(i, null);
        Images.Set(i, null);
        _free.Push(i);
        Log(i);
    }

    /// <summary>Places a pod on a node, assumed or confirmed; the node need not be known yet. A pod already there changes nothing.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool PlacePod(string uid, string node, PodShape shape, k8s.Models.V1Pod? pod = null)
    {
        if (_pods.TryGetValue(uid, out var placed))
        {
            if (placed.Node == node && placed.Shape.FullKey == shape.FullKey)
            {
                _pods[uid] = placed with { Pod = pod ?? placed.Pod };
                return false;
            }

            RemovePod(uid);
        }

        _pods[uid] = new PlacedPod(uid, node, shape, pod);
        _priorities[shape.Priority] = _priorities.GetValueOrDefault(shape.Priority) + 1;
        if (!_podsOfNode.TryGetValue(node, out var there))
        {
            _podsOfNode[node] = there = [];
        }

        there.Add(uid);
        if (_indexOf.TryGetValue(node, out var i))
        {
            Use(i, shape, 1);
            Log(i);
        }

        return true;
    }

    /// <summary>Takes a pod off its node.</summary>
    /// <returns>What it took there, or null when it was on no node.</returns>
    public PlacedPod? RemovePod(string uid)
    {
        if (!_pods.Remove(uid, out var placed))
        {
            return null;
        }

        var left = _priorities[placed.Shape.Priority] - 1;
        if (left == 0)
        {
            _priorities.Remove(placed.Shape.Priority);
        }
        else
        {
            _priorities[placed.Shape.Priority] = left;
        }

        var there = _podsOfNode[placed.Node];
        there.Remove(uid);
        if (there.Count == 0)
        {
            _podsOfNode.Remove(placed.Node);
        }

        if (_indexOf.TryGetValue(placed.Node, out var i))
        {
            Use(i, placed.Shape, -1);
            Log(i);
        }

        return placed;
    }

    /// <summary>What a pod takes and where, or null.</summary>
    public PlacedPod? Find(string uid) => _pods.GetValueOrDefault(uid);

    /// <summary>The pods that count on a node.</summary>
    public IEnumerable<PlacedPod> PodsOn(string node) => (_podsOfNode.GetValueOrDefault(node) ?? []).Select(uid => _pods[uid]);

    /// <summary>All placed pods.</summary>
    public IReadOnlyCollection<PlacedPod> Placed => _pods.Values;

    /// <summary>
    /// A snapshot of its own with the same content, made from what <see cref="Capture"/> took: it may be used and changed elsewhere while this one goes on.
    /// </summary>
    public static ClusterSnapshot From(SnapshotCapture capture)
    {
        var copy = new ClusterSnapshot();
        foreach (var (name, labels) in capture.Namespaces)
        {
            copy.Pods.SetNamespace(name, labels);
        }

        copy.Volumes.Take(capture.Volumes);
        foreach (var facts in capture.Facts)
        {
            if (facts is not null)
            {
                copy.SetNode(facts);
            }
        }

        foreach (var pod in capture.Pods)
        {
            copy.PlacePod(pod.Uid, pod.Node, pod.Shape.Twin(), pod.Pod);
        }

        return copy;
    }

    /// <summary>Takes the content down, without working it through: all that is captured is immutable.</summary>
    public SnapshotCapture Capture() => new([.. Facts.AsSpan(0, Slots)], [.. _pods.Values], Pods.Namespaces, Volumes.Copy());

    /// <summary>Whether any placed pod has a lower priority.</summary>
    public bool HasBelow(int priority) => _priorities.Keys.Any(p => p < priority);

    /// <summary>How the pods of an owner are spread; null when there are none.</summary>
    public OwnerSpread? Owner(string owner) => owner.Length == 0 ? null : _owners.GetValueOrDefault(owner);

    /// <summary>How many pods of an owner each slot holds; null when none.</summary>
    public Dictionary<int, int>? OwnerCounts(string owner) => Owner(owner)?.ByNode;

    private void Use(int i, PodShape shape, int sign)
    {
        FreeMilliCpu[i] -= sign * shape.Requests.MilliCpu;
        FreeMemory[i] -= sign * shape.Requests.Memory;
        FreeEphemeralStorage[i] -= sign * shape.Requests.EphemeralStorage;
        FreePods[i] -= sign;
        ScoredMilliCpu[i] += sign * shape.ScoredMilliCpu;
        ScoredMemory[i] += sign * shape.ScoredMemory;
        foreach (var (name, value) in shape.Requests.Extended)
        {
            var used = UsedExtended[i] ?? ImmutableDictionary<string, long>.Empty;
            UsedExtended[i] = used.SetItem(name, used.GetValueOrDefault(name) + (sign * value));
        }

        foreach (var port in shape.HostPorts)
        {
            var ports = UsedPorts[i] ?? ImmutableList<HostPort>.Empty;
            UsedPorts[i] = sign > 0 ? ports.Add(port) : ports.Remove(port);
        }

        Share(i);
        CountOwner(i, shape, sign);
        Pods.Add(i, shape, sign);
    }

    private void Share(int i)
    {
        UsedCpuShare[i] = ScoredMilliCpu[i] * PerMilliCpu[i];
        UsedMemoryShare[i] = ScoredMemory[i] * PerMemory[i];
    }

    private void CountOwner(int i, PodShape shape, int sign)
    {
        if (shape.Owner.Length == 0)
        {
            return;
        }

        if (!_owners.TryGetValue(shape.Owner, out var owner))
        {
            _owners[shape.Owner] = owner = new OwnerSpread();
        }

        owner.Add(i, sign, Facts.Length);
        if (owner.ByNode.Count == 0)
        {
            _owners.Remove(shape.Owner);
        }
    }

    private void Log(int i)
    {
        if (!IsTrying)
        {
            _log[Changes++ % LogSize] = i;
        }
    }

    private IEnumerable<int> ReadLog(long since)
    {
        for (var at = since; at < Changes; at++)
        {
            yield return _log[at % LogSize];
        }
    }

    private int Grow()
    {
        if (Slots == Facts.Length)
        {
            var size = Math.Max(16, Slots * 2);
            Facts = Resized(Facts, size);
            FactsVersion = Resized(FactsVersion, size);
            FreeMilliCpu = Resized(FreeMilliCpu, size);
            FreeMemory = Resized(FreeMemory, size);
            FreeEphemeralStorage = Resized(FreeEphemeralStorage, size);
            FreePods = Resized(FreePods, size);
            PerMilliCpu = Resized(PerMilliCpu, size);
            PerMemory = Resized(PerMemory, size);
            UsedCpuShare = Resized(UsedCpuShare, size);
            UsedMemoryShare = Resized(UsedMemoryShare, size);
            ScoredMilliCpu = Resized(ScoredMilliCpu, size);
            ScoredMemory = Resized(ScoredMemory, size);
            UsedExtended = Resized(UsedExtended, size);
            UsedPorts = Resized(UsedPorts, size);
        }

        return Slots++;
    }

    private static T[] Resized<T>(T[] array, int size)
    {
        Array.Resize(ref array, size);
        return array;
    }
}
