using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

/// <summary>Streams what a test publishes, and counts how many streams are open.</summary>
internal sealed class FakeObserver : IAppObserver
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ChannelWriter<ImmutableArray<AppSnapshot>>> _open = [];

    public ImmutableArray<AppSnapshot> Present { get; private set; } = [];
    public Error? Error { get; set; }

    public int Open
    {
        get { lock (_gate) return _open.Count; }
    }

    /// <summary>Ends when no stream is open any more.</summary>
    public Task Closed => _closed.Task;

    public void Publish(params AppSnapshot[] snapshots)
    {
        Present = [.. snapshots];
        lock (_gate) _open.ForEach(writer => writer.TryWrite(Present));
    }

    /// <summary>Ends every open stream, as a lost watch does.</summary>
    public void Break()
    {
        lock (_gate) _open.ForEach(writer => writer.TryComplete());
    }

    public Task<Result<AppSnapshot>> GetAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        Task.FromResult<Result<AppSnapshot>>(Error is not null ? Error : Present.FirstOrDefault(snapshot => snapshot.App == app.App) is { } found ? found : Error.NotFound("app"));

    public Task<Result<IAsyncEnumerable<AppSnapshot>>> WatchAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        Task.FromResult(Error is not null ? Error : Result<IAsyncEnumerable<AppSnapshot>>.Ok(One(app.App!, cancellationToken)));

    public Task<Result<ImmutableArray<AppSnapshot>>> GetEnvironmentAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        Task.FromResult<Result<ImmutableArray<AppSnapshot>>>(Error is not null ? Error : Present);

    public Task<Result<IAsyncEnumerable<ImmutableArray<AppSnapshot>>>> WatchEnvironmentAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        Task.FromResult(Error is not null ? Error : Result<IAsyncEnumerable<ImmutableArray<AppSnapshot>>>.Ok(All(cancellationToken)));

    private async IAsyncEnumerable<AppSnapshot> One(string app, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var snapshots in All(cancellationToken))
        {
            if (snapshots.FirstOrDefault(snapshot => snapshot.App == app) is { } found) yield return found;
        }
    }

    private async IAsyncEnumerable<ImmutableArray<AppSnapshot>> All([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ImmutableArray<AppSnapshot>>();
        lock (_gate) _open.Add(channel.Writer);
        try
        {
            if (Present.Length > 0) yield return Present;
            await foreach (var next in channel.Reader.ReadAllAsync(cancellationToken)) yield return next;
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(channel.Writer);
                if (_open.Count == 0) _closed.TrySetResult();
            }
        }
    }
}
