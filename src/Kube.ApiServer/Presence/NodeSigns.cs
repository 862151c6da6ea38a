namespace Kube.ApiServer.Presence;

/// <summary>
/// One node's signs of life as this server process saw them, by its monotonic clock. Everything is decided under one lock: a renewal is either counted before an
/// accusation, or goes through the store and is therefore of a newer revision than it.
/// </summary>
internal sealed class NodeSigns(TimeProvider time)
{
    private static readonly TimeSpan WriteBehind = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestExcuse = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private readonly HeartbeatRhythm _rhythm = new();
    private long? _renewed;
    private long? _answered;
    private long? _stored;
    private long _forgiven;
    private long _nextKnock;
    private TimeSpan _pause = FirstPause;
    private int _watches;
    private bool _broken;
    private bool _accusing;
    private long? _accusedLease;

    /// <summary>Whether the agent follows its pods here.</summary>
    public bool IsWatched
    {
        get
        {
            lock (_lock)
                return _watches > 0;
        }
    }

    /// <summary>How long an answer to a knock may take: longer for a node that beats irregularly.</summary>
    public TimeSpan AnswerPatience
    {
        get
        {
            lock (_lock)
            {
                var more = 4 * _rhythm.Deviation;
                return TimeSpan.FromSeconds(1) + (more < TimeSpan.FromSeconds(4) ? more : TimeSpan.FromSeconds(4));
            }
        }
    }

    /// <summary>The agent has begun to follow its pods here.</summary>
    public void Attach()
    {
        lock (_lock)
        {
            _watches++;
            _broken = false;
        }
    }

    /// <summary>Such a watch has ended.</summary>
    public void Detach()
    {
        lock (_lock)
        {
            _watches--;
            if (_watches > 0)
                return;
            _broken = true;
            (_nextKnock, _pause) = (time.GetTimestamp(), FirstPause);
        }
    }

    /// <summary>Takes in a renewal of the Lease.</summary>
    /// <param name="mayAbsorb">Whether nothing but the time changes, and the stored Lease is newer than the Node.</param>
    /// <param name="storedLease">The revision of the stored Lease; 0 when it is being made.</param>
    /// <returns>Whether it need not go through the store: the last one that did is young.</returns>
    public bool Renew(bool mayAbsorb, long storedLease)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            // The time of a loss says nothing about how the node beats: counted, it would make the next loss take five times as long to find.
            if (_renewed is { } last && !_accusing)
                _rhythm.Add(time.GetElapsedTime(last, now));
            _renewed = now;
            if (_broken)
            {
                // It beats, but does not follow its pods yet: should it be lost again now, that is found as quickly as the first time.
                _pause = FirstPause;
                _nextKnock = Math.Min(_nextKnock, After(FirstPause));
            }

            if (_accusing && _accusedLease is { } accused && storedLease > accused)
                _accusing = false;
            if (mayAbsorb && !_accusing && _stored is { } stored && time.GetElapsedTime(stored, now) < WriteBehind)
                return true;
            _stored = now;
            return false;
        }
    }

    /// <summary>The agent has answered a knock.</summary>
    public void Answered()
    {
        lock (_lock)
        {
            _answered = time.GetTimestamp();
            _pause = FirstPause;
            _nextKnock = After(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Somebody listens at the agent's port: a broken watch alone means nothing then.</summary>
    public void Listens()
    {
        lock (_lock)
            _broken = false;
    }

    /// <summary>A knock has found the node lost: the next one comes after a while.</summary>
    public void Postpone()
    {
        lock (_lock)
        {
            _nextKnock = After(_pause);
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        }
    }

    /// <summary>Whether to knock now.</summary>
    /// <param name="judgesSilence">Whether renewals come to this process: it leads.</param>
    public bool IsSuspect(bool judgesSilence)
    {
        lock (_lock)
            return time.GetTimestamp() >= _nextKnock && (_broken || (judgesSilence && IsSilentNow()));
    }

    /// <summary>Whether the node has been silent for longer than is usual for it.</summary>
    public bool IsSilent()
    {
        lock (_lock)
            return IsSilentNow();
    }

    /// <summary>Whether a node that nobody can knock at has been silent for so long that it counts as lost.</summary>
    public bool IsLongSilent()
    {
        lock (_lock)
            return IsSilentNow() && Silence() > 2 * _rhythm.Patience;
    }

    /// <summary>From here on no renewal is absorbed until one newer than the accused Lease has gone through the store.</summary>
    /// <returns>How long ago the last renewal came in; zero when none did here.</returns>
    public TimeSpan BeginAccusation()
    {
        lock (_lock)
        {
            (_accusing, _accusedLease) = (true, null);
            return _renewed is { } renewed ? time.GetElapsedTime(renewed) : TimeSpan.Zero;
        }
    }

    /// <summary>What the accusation is about.</summary>
    public void Accused(long leaseRevision)
    {
        lock (_lock)
            _accusedLease = leaseRevision;
    }

    /// <summary>This process has slept, or begins to lead: what it did not hear is nobody's fault.</summary>
    public void Forgive()
    {
        lock (_lock)
        {
            _forgiven = time.GetTimestamp();
            _renewed ??= _forgiven;
        }
    }

    private bool IsSilentNow()
    {
        if (_renewed is null)
            return false;
        var silence = Silence();
        if (silence <= _rhythm.Patience)
            return false;
        // An agent that answers and yet cannot renew for long is of no use to anybody.
        return _answered is not { } answered || time.GetElapsedTime(answered) > _rhythm.Patience || silence > LongestExcuse + (8 * _rhythm.Deviation);
    }

    private TimeSpan Silence() => time.GetElapsedTime(Math.Max(_renewed!.Value, _forgiven));

    private long After(TimeSpan wait) => time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
}
