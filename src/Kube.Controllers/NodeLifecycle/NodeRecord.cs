using k8s.Models;
using Kube.Machinery.Nodes;

namespace Kube.Controllers.NodeLifecycle;

/// <summary>
/// The one place where it is decided whether a node is lost: by what the API server holds against it, or by silence that the controller has measured itself, each of
/// which only a newer sign of life disproves. All times are the controller's own. Also remembers how often the node was lost. Nothing here reads a clock.
/// </summary>
internal sealed class NodeRecord
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FirstHold = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private readonly List<DateTimeOffset> _losses = [];
    private NodeSign _sign;
    private long _nodeRevision;
    private DateTimeOffset? _signSeenAt;
    private NodeAccusation? _accusation;
    private DateTimeOffset _accusedAt;
    private NodeSign? _condemned;
    private DateTimeOffset _condemnedAt;
    private DateTimeOffset _since;
    private bool _isLost;
    private DateTimeOffset? _returnedAt;
    private DateTimeOffset? _heldUntil;

    /// <summary>Whether the pods of the present loss may go: given once a loss.</summary>
    public bool MayEvict { get; set; }

    /// <summary>Takes in what a node and its Lease show now, and judges.</summary>
    public NodeVerdict Judge(V1Node node, V1Lease? lease, DateTimeOffset now)
    {
        lock (_lock)
        {
            TakeIn(node, lease, now);
            var accused = _accusation is not null && !_accusation.IsDisprovedBy(_sign.LeaseRevision);
            NodeLoss? loss = accused ? _accusation!.Loss : _condemned == _sign ? NodeLoss.Silent : null;
            if (loss is null)
            {
                if (_isLost)
                    Return(now);
                if (_heldUntil <= now)
                    _heldUntil = null;
                return new NodeVerdict(null, now, null, _heldUntil);
            }

            if (!_isLost)
                Lose(now);
            // The last renewal was taken as long before the accusation was seen as it says, or longer.
            var renewedAt = accused ? _accusedAt - _accusation!.SilentFor : _condemnedAt;
            return new NodeVerdict(loss, _since, renewedAt + FencePromise.SafeAfter(lease), null);
        }
    }

    /// <summary>How long no new sign has come.</summary>
    public TimeSpan SilentFor(V1Node node, V1Lease? lease, DateTimeOffset now)
    {
        lock (_lock)
        {
            TakeIn(node, lease, now);
            return now - _signSeenAt!.Value;
        }
    }

    /// <summary>The controller has measured the silence itself and asked the server whether it missed something.</summary>
    /// <param name="sign">The sign after which nothing has come.</param>
    /// <param name="now">The time.</param>
    public void Condemn(NodeSign sign, DateTimeOffset now)
    {
        lock (_lock)
            (_condemned, _condemnedAt) = (sign, now);
    }

    /// <summary>Nobody was heard for a time for which the node is not to blame.</summary>
    public void Forgive(DateTimeOffset now)
    {
        lock (_lock)
            _signSeenAt = now;
    }

    /// <summary>The pods of the present loss get their full time from now.</summary>
    public void StartAgain(DateTimeOffset now)
    {
        lock (_lock)
            _since = now;
    }

    private void TakeIn(V1Node node, V1Lease? lease, DateTimeOffset now)
    {
        // What is asked of the server itself is ahead of what the caches show after it.
        var sign = NodeSign.Of(node, lease);
        if (_signSeenAt is null || (sign != _sign && (sign.LeaseRevision == 0 || sign.LeaseRevision >= _sign.LeaseRevision)))
            (_sign, _signSeenAt) = (sign, now);
        if (!long.TryParse(node.Metadata.ResourceVersion, out var revision) || revision < _nodeRevision)
            return;
        _nodeRevision = revision;
        string? text = null;
        node.Metadata.Annotations?.TryGetValue(NodeAccusation.Annotation, out text);
        var accusation = NodeAccusation.Parse(text);
        if (accusation == _accusation)
            return;
        if (_isLost && accusation is not null && _accusation is not null && accusation.LeaseRevision > _accusation.LeaseRevision)
        {
            // A newer loss than the one known: in between the node lived, for who knows how long, even if that was not seen here.
            Return(now);
            _returnedAt = null;
        }

        (_accusation, _accusedAt) = (accusation, now);
    }

    private void Lose(DateTimeOffset now)
    {
        // One that was back for a moment only has not been back.
        if (_returnedAt is not { } returned || now - returned >= Settled)
            (_since, MayEvict) = (now, false);
        _isLost = true;
        _losses.RemoveAll(at => now - at > Remembered);
        _losses.Add(now);
    }

    private void Return(DateTimeOffset now)
    {
        (_isLost, _returnedAt) = (false, now);
        // Once is no habit.
        var again = _losses.Count(at => now - at <= Remembered) - 2;
        if (again < 0)
            return;
        var hold = TimeSpan.FromTicks(Math.Min(LongestHold.Ticks, FirstHold.Ticks << Math.Min(again, 10)));
        if (_heldUntil is null || now + hold > _heldUntil)
            _heldUntil = now + hold;
    }
}
