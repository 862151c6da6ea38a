using Simulation.Tests.Engine;

namespace Simulation.Tests.Network;

/// <summary>The way between one process and the API server, in both directions.</summary>
internal sealed class Link(string process, ProcessClock clock, Random random)
{
    // HTTP/2 pings every five seconds, five seconds' patience: so long a silent peer keeps a connection.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);
    private readonly HashSet<WatchStream> _streams = [];
    private readonly CancellationTokenSource _severed = new();

    public string Process => process;

    public ProcessClock Clock => clock;

    /// <summary>Nothing reaches the server.</summary>
    public bool RequestsAreLost { get; private set; }

    /// <summary>Nothing comes back.</summary>
    public bool AnswersAreLost { get; private set; }

    /// <summary>How often a request, or its answer, is lost with its connection.</summary>
    public double Losses { get; set; }

    /// <summary>The longest time on the way, in each direction.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(3);

    /// <summary>Requests whose path contains this are not answered until the client gives up.</summary>
    public string? Hanging { get; set; }

    /// <summary>Cancelled when the process is dead.</summary>
    public CancellationToken Severed => _severed.Token;

    /// <summary>Takes part of the way away, or gives it back.</summary>
    public void Cut(bool requests, bool answers)
    {
        (RequestsAreLost, AnswersAreLost) = (requests, answers);
        if (requests || answers)
        {
            foreach (var stream in _streams.ToArray())
            {
                stream.BreakAfter(KeepAlive, () => RequestsAreLost || AnswersAreLost);
            }
        }
    }

    /// <summary>Breaks every open watch.</summary>
    public void BreakWatches()
    {
        foreach (var stream in _streams.ToArray())
        {
            stream.Break();
        }
    }

    /// <summary>The process is dead: the server sees its connections closed, and nothing goes on in it.</summary>
    public void Sever()
    {
        clock.Stop();
        _severed.Cancel();
    }

    internal void Add(WatchStream stream) => _streams.Add(stream);

    internal void Remove(WatchStream stream) => _streams.Remove(stream);

    /// <summary>Takes the time of one way.</summary>
    internal Task TravelAsync(CancellationToken cancellationToken) => Task.Delay(random.Between(TimeSpan.FromMicroseconds(100), Latency), clock, cancellationToken);

    /// <summary>Waits while a direction is cut: what is sent meanwhile arrives late, or its connection dies.</summary>
    internal async Task<bool> PassAsync(Func<bool> isCut, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (isCut())
        {
            if (clock.GetElapsedTime(began) > KeepAlive)
            {
                return false;
            }

            await Task.Delay(Glance, clock, cancellationToken);
        }

        return true;
    }

    internal bool IsLost() => random.Chance(Losses);
}
