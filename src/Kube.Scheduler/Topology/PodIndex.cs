using System.Collections.Immutable;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Topology;

/// <summary>
/// What the rules between pods need to know of the pods placed: by class of labels, by selector, and the terms the pods hold themselves.
/// Everything is counted as pods come and go, so that a decision adds up counts and asks no selector.
/// </summary>
internal sealed class PodIndex
{
    // What pods that require affinity to others add to these others' score at their place, as Kubernetes' hardPodAffinityWeight.
    private const int RequiredAffinityWeight = 1;
    private const int SpareClasses = 4096;
    private const int SpareTerms = 4096;
    private static readonly ImmutableDictionary<string, string> NoLabels = ImmutableDictionary<string, string>.Empty;
    private readonly Dictionary<string, LabelClass> _classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CountedSelector> _counted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HeldTerm> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Domains> _domains = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _namespaces = new(StringComparer.Ordinal);
    private readonly Func<int, NodeFacts?> _factsOf;
    private readonly Func<int> _slots;
    private int _classesInUse;
    private int _termsInUse;

    /// <summary>Makes an empty index.</summary>
    /// <param name="factsOf">The facts of a slot.</param>
    /// <param name="slots">How many slots there are.</param>
    public PodIndex(Func<int, NodeFacts?> factsOf, Func<int> slots)
    {
        _factsOf = factsOf;
        _slots = slots;
    }

    /// <summary>The namespaces known, with their labels.</summary>
    public IReadOnlyList<KeyValuePair<string, IReadOnlyDictionary<string, string>>> Namespaces => [.. _namespaces];

    /// <summary>The class of a pod.</summary>
    public LabelClass ClassOf(PodShape shape)
    {
        if (shape.Class is { IsForgotten: false } known && ReferenceEquals(shape.ClassOwner, this))
        {
            return known;
        }

        if (!_classes.TryGetValue(shape.LabelKey, out var found))
        {
            if (_classes.Count > (2 * _classesInUse) + SpareClasses)
            {
                ForgetEmptyClasses();
            }

            found = new LabelClass(shape.Namespace, shape.Labels, shape.IsTerminating);
            _classes[shape.LabelKey] = found;
            found.CountedBy.AddRange(_counted.Values.Where(c => Selects(c.Selector, found)));
            found.HeldAgainst.AddRange(_held.Values.Where(h => Selects(h.Term.Selector, found)));
        }

        shape.Class = found;
        shape.ClassOwner = this;
        return found;
    }

    /// <summary>The pods a selector selects, by node.</summary>
    public NodeCounts Count(PodSelector selector)
    {
        if (!_counted.TryGetValue(selector.Key, out var counted))
        {
            if (_counted.Count >= SpareTerms)
            {
                _counted.Clear();
                foreach (var each in _classes.Values)
                {
                    each.CountedBy.Clear();
                }
            }

            _counted[selector.Key] = counted = new CountedSelector(selector);
            foreach (var each in _classes.Values.Where(c => Selects(selector, c)))
            {
                each.CountedBy.Add(counted);
                counted.Pods.Add(each.Pods);
            }
        }

        return counted.Pods;
    }

    /// <summary>The places a node label makes.</summary>
    public Domains DomainsOf(string key)
    {
        if (!_domains.TryGetValue(key, out var domains))
        {
            _domains[key] = domains = new Domains(key);
            for (var i = 0; i < _slots(); i++)
            {
                domains.Set(i, _factsOf(i));
            }
        }

        return domains;
    }

    /// <summary>Counts a pod on a node, or with -1 takes it off again.</summary>
    public void Add(int node, PodShape shape, int sign)
    {
        var of = ClassOf(shape);
        var before = of.Pods.ByNode.Count;
        of.Pods.Add(node, sign);
        _classesInUse += Math.Sign(of.Pods.ByNode.Count) - Math.Sign(before);
        foreach (var counted in of.CountedBy)
        {
            counted.Pods.Add(node, sign);
        }

        if (!shape.Terms.IsEmpty)
        {
            AddHeld(node, shape.Terms, sign);
        }
    }

    /// <summary>Takes a node's labels over; null for a node that is gone.</summary>
    public void SetNode(int slot, NodeFacts? facts)
    {
        foreach (var domains in _domains.Values)
        {
            domains.Set(slot, facts);
        }
    }

    /// <summary>Takes a namespace's labels over; null for one that is gone.</summary>
    /// <returns>Whether they differ from before.</returns>
    public bool SetNamespace(string name, IReadOnlyDictionary<string, string>? labels)
    {
        var before = LabelsOf(name);
        labels ??= NoLabels;
        if (before.Count == labels.Count && before.All(l => labels.TryGetValue(l.Key, out var value) && value == l.Value))
        {
            return false;
        }

        _namespaces[name] = labels;
        _counted.Clear();
        foreach (var each in _classes.Values)
        {
            each.CountedBy.Clear();
            each.HeldAgainst.Clear();
            each.HeldAgainst.AddRange(_held.Values.Where(h => Selects(h.Term.Selector, each)));
        }

        return true;
    }

    /// <summary>Whether a selector selects the pods of a class.</summary>
    public bool Selects(PodSelector selector, LabelClass pods) => selector.Matches(pods.Namespace, LabelsOf(pods.Namespace), pods.Labels, pods.Terminating);

    private IReadOnlyDictionary<string, string> LabelsOf(string ns) => _namespaces.GetValueOrDefault(ns) ?? NoLabels;

    private void AddHeld(int node, PodTerms terms, int sign)
    {
        foreach (var term in terms.AntiAffinity)
        {
            Hold(term, 0, node, sign);
        }

        foreach (var term in terms.Affinity)
        {
            Hold(term, RequiredAffinityWeight, node, sign);
        }

        foreach (var term in terms.Preferred)
        {
            Hold(term, term.Weight, node, sign);
        }
    }

    private void Hold(PodTerm term, int weight, int node, int sign)
    {
        var key = FormattableString.Invariant($"{weight}|{term.Key}");
        if (!_held.TryGetValue(key, out var held))
        {
            if (_held.Count > (2 * _termsInUse) + SpareTerms)
            {
                ForgetIdleTerms();
            }

            _held[key] = held = new HeldTerm(term, weight);
            foreach (var each in _classes.Values.Where(c => Selects(term.Selector, c)))
            {
                each.HeldAgainst.Add(held);
            }
        }

        var before = held.Holders.ByNode.Count;
        held.Holders.Add(node, sign);
        _termsInUse += Math.Sign(held.Holders.ByNode.Count) - Math.Sign(before);
    }

    private void ForgetEmptyClasses()
    {
        foreach (var (key, each) in _classes.Where(c => c.Value.Pods.ByNode.Count == 0).ToArray())
        {
            each.IsForgotten = true;
            _classes.Remove(key);
        }
    }

    private void ForgetIdleTerms()
    {
        foreach (var (key, _) in _held.Where(h => h.Value.Holders.ByNode.Count == 0).ToArray())
        {
            _held.Remove(key);
        }

        foreach (var each in _classes.Values)
        {
            each.HeldAgainst.RemoveAll(h => h.Holders.ByNode.Count == 0);
        }
    }
}
