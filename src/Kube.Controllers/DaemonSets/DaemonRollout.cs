using k8s.Models;
using Kube.Controllers.Revisions;

namespace Kube.Controllers.DaemonSets;

/// <summary>
/// Which pods of former templates go, and which nodes get a second pod beside one, within <c>maxUnavailable</c> and <c>maxSurge</c>
/// (https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/). Also sees to one pod a node where nothing rolls.
/// </summary>
internal sealed class DaemonRollout
{
    private readonly bool _rolls;
    private readonly int _maxSurge;
    private readonly int _maxUnavailable;
    private readonly string _hash;
    private readonly TimeSpan _minReady;
    private readonly DateTimeOffset _now;
    private readonly List<V1Pod> _superfluous = [];
    private readonly List<V1Pod> _broken = [];
    private readonly List<V1Pod> _working = [];
    private readonly List<string> _freely = [];
    private readonly List<string> _surging = [];
    private int _unavailable;
    private int _surge;

    public DaemonRollout(V1DaemonSet set, int desired, string hash, TimeSpan minReady, DateTimeOffset now)
    {
        var rolling = set.Spec.UpdateStrategy?.RollingUpdate;
        _rolls = set.Spec.UpdateStrategy?.Type != "OnDelete";
        _maxSurge = IntOrPercent.Of(rolling?.MaxSurge?.Value ?? "0", desired, up: true);
        _maxUnavailable = _maxSurge > 0 ? 0 : Math.Max(IntOrPercent.Of(rolling?.MaxUnavailable?.Value ?? "1", desired, up: true), 1);
        _hash = hash;
        _minReady = minReady;
        _now = now;
    }

    /// <summary>A node that should have a pod has none.</summary>
    public void Missing() => _unavailable++;

    /// <summary>A node with pods that have not ended, oldest first.</summary>
    public void Add(string node, IReadOnlyList<V1Pod> pods, bool mayGetMore)
    {
        var updated = pods.Where(p => TemplateRevision.Of(p) == _hash).ToArray();
        var old = pods.Where(p => TemplateRevision.Of(p) != _hash).ToArray();

        // Twins happen when a cache was late: the oldest stays.
        _superfluous.AddRange(updated.Skip(1).Concat(old.Skip(1)).Where(p => p.Metadata.DeletionTimestamp is null));
        var next = updated.FirstOrDefault();
        var last = old.FirstOrDefault();
        if (_maxSurge == 0 || !_rolls)
        {
            Replace(next, last);
        }
        else
        {
            Surge(node, next, last, mayGetMore);
        }
    }

    /// <summary>Nodes that get another pod, and pods that go.</summary>
    public (IEnumerable<string> Create, IEnumerable<V1Pod> Delete) Decide()
    {
        if (!_rolls)
        {
            return ([], _superfluous);
        }

        return (
            _freely.Concat(_surging.Take(Math.Max(_maxSurge - _surge, 0))),
            _superfluous.Concat(_broken).Concat(_working.Take(Math.Max(_maxUnavailable - _unavailable, 0))));
    }

    private void Replace(V1Pod? next, V1Pod? last)
    {
        if (next is not null && last is not null)
        {
            // A rollout with surge was turned into one without.
            if (last.Metadata.DeletionTimestamp is null)
            {
                _superfluous.Add(last);
            }

            _unavailable += IsAvailable(next) ? 0 : 1;
            return;
        }

        if (!IsAvailable(next ?? last))
        {
            _unavailable++;
            if (next is null && last is { Metadata.DeletionTimestamp: null })
            {
                _broken.Add(last);
            }
        }
        else if (next is null)
        {
            _working.Add(last!);
        }
    }

    private void Surge(string node, V1Pod? next, V1Pod? last, bool mayGetMore)
    {
        if (last is null)
        {
            return;
        }

        if (next is not null)
        {
            // Also while the old one is still going: it takes room on its node until it is gone.
            _surge++;
            if (last.Metadata.DeletionTimestamp is null && (IsAvailable(next) || !IsAvailable(last)))
            {
                _broken.Add(last);
            }
        }
        else if (mayGetMore)
        {
            // Nothing is lost by a second pod where the first does not work or is going anyway.
            (IsAvailable(last) ? _surging : _freely).Add(node);
        }
    }

    private bool IsAvailable(V1Pod? pod) => pod is { Metadata.DeletionTimestamp: null } && pod.IsAvailable(_minReady, _now);
}
