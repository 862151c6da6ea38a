using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Results;

namespace Integration.Tests.Pages;

/// <summary>The product's observer, whose streams fall silent after their first state: a page that changes by itself cannot be compared with another.</summary>
internal sealed class FirstSnapshots(IAppObserver inner) : IAppObserver
{
    private readonly ConcurrentQueue<TaskCompletionSource> _asked = new();

    /// <summary>Ends when every stream asked for so far has given its state or was refused.</summary>
    public Task QuietAsync() => Task.WhenAll(_asked.Select(asked => asked.Task));

    public Task<Result<AppSnapshot>> GetAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) => inner.GetAsync(actor, app, cancellationToken);

    public Task<Result<ImmutableArray<AppSnapshot>>> GetEnvironmentAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) => inner.GetEnvironmentAsync(actor, environment, cancellationToken);

    public Task<Result<IAsyncEnumerable<AppSnapshot>>> WatchAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        FirstAsync(() => inner.GetAsync(actor, app, cancellationToken), cancellationToken);

    public Task<Result<IAsyncEnumerable<ImmutableArray<AppSnapshot>>>> WatchEnvironmentAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        FirstAsync(() => inner.GetEnvironmentAsync(actor, environment, cancellationToken), cancellationToken);

    private async Task<Result<IAsyncEnumerable<T>>> FirstAsync<T>(Func<Task<Result<T>>> read, CancellationToken cancellationToken)
    {
        var quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(quiet);
        var first = await read();
        if (first.IsOk) return Result<IAsyncEnumerable<T>>.Ok(Once(first.Value, quiet, cancellationToken));
        quiet.SetResult();
        return first.Error;
    }

    private static async IAsyncEnumerable<T> Once<T>(T state, TaskCompletionSource quiet, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return state;
        // Asked for the next one: the first has been taken.
        quiet.SetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }
}
