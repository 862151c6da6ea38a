using k8s.Models;

namespace Kube.Node.Probes;

/// <summary>
/// The state of one probe: single results in, a verdict out once a threshold is reached. Until the first success, readiness and
/// startup probes are asked more often than declared, so that a container serves as soon as it can; such extra failures never count.
/// </summary>
internal sealed class ProbeTracker(ProbeKind kind, V1Probe probe)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private readonly TimeSpan _period = TimeSpan.FromSeconds(Math.Max(1, probe.PeriodSeconds ?? 10));
    private readonly int _failureThreshold = Math.Max(1, probe.FailureThreshold ?? 3);
    private readonly int _successThreshold = kind == ProbeKind.Readiness ? Math.Max(1, probe.SuccessThreshold ?? 1) : 1;
    private int _successes;
    private int _failures;
    private int _early;
    private bool _everSucceeded;
    private DateTimeOffset? _countedFailure;

    /// <summary>Null until a threshold was reached for the first time.</summary>
    public bool? Verdict { get; private set; }

    /// <summary>The declared time between two probings.</summary>
    public TimeSpan Period => _period;

    /// <summary>Takes a result; true when the verdict changed.</summary>
    public bool Record(bool success, DateTimeOffset now)
    {
        var before = Verdict;
        if (success)
        {
            _failures = 0;
            _everSucceeded = true;
            if (++_successes >= _successThreshold)
                Verdict = true;
        }
        else
        {
            _successes = 0;
            // An early probing between two declared ones is a question asked too soon, not a failure.
            if (!IsEager || _countedFailure is not { } last || now - last >= _period)
            {
                _countedFailure = now;
                if (++_failures >= _failureThreshold)
                    Verdict = false;
            }
        }

        return Verdict != before;
    }

    /// <summary>How long to wait before the next probing.</summary>
    public TimeSpan NextDelay()
    {
        if (!IsEager)
            return _period;
        var delay = TimeSpan.FromTicks(FirstRetry.Ticks << Math.Min(_early++, 6));
        return delay < _period ? delay : _period;
    }

    private bool IsEager => kind != ProbeKind.Liveness && !_everSucceeded;
}
