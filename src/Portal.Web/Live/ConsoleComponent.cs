using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;
using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Web.Ui;
using static Portal.Web.Language.Words;

namespace Portal.Web.Live;

/// <summary>A part of the console that asks use cases: it has a token that ends with it, and one way to ask.</summary>
public abstract class ConsoleComponent : ComponentBase, IDisposable
{
    private static readonly TimeSpan AfterDefect = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestChange = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _gone = new();
    private bool _disposed;

    protected ConsoleComponent() => Gone = _gone.Token;

    [Inject] public required CurrentActor Current { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required TimeProvider Time { get; init; }
    [Inject] public required Toasts Toasts { get; init; }
    [Inject] public required ILoggerFactory Loggers { get; init; }
    [Inject] public required Work Work { get; init; }

    /// <summary>Cancelled when the component goes away.</summary>
    protected CancellationToken Gone { get; }

    /// <summary>Asks a use case that reads for the acting user; it ends with the component.</summary>
    protected Task<Result<T>> AskAsync<T>(Func<Actor, CancellationToken, Task<Result<T>>> useCase) => CallAsync(useCase, Gone);

    /// <summary>
    /// Has a use case change something for the acting user. It goes on when the page is left meanwhile: what somebody pressed a button for must not be lost
    /// because they went on to the next tab.
    /// </summary>
    protected async Task<Result<T>> DoAsync<T>(Func<Actor, CancellationToken, Task<Result<T>>> useCase)
    {
        using var patience = new CancellationTokenSource(LongestChange, Time);
        using var shown = Work.Begin();
        return await CallAsync(useCase, patience.Token);
    }

    // An exception is a defect: it is logged under an id, and the user gets that id instead of a dead page.
    private async Task<Result<T>> CallAsync<T>(Func<Actor, CancellationToken, Task<Result<T>>> useCase, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(useCase);
        try
        {
            return await Current.FindAsync() is { } actor ? Referenced(await useCase(actor, stop)) : Error.Forbidden(L("Your session has ended. Sign in again."));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Error.Unavailable(L(stop == Gone ? "The page was left." : "The server took too long. Look whether the change was made before you try again."));
        }
#pragma warning disable CA1031 // The console is the boundary: whatever a use case throws must not end the circuit.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var id = NewReference();
            Log.UseCaseFailed(Loggers.CreateLogger(GetType()), exception, id);
            return Error.Unavailable(F($"Something failed on our side. The server's log has it under {id}."));
        }
    }

    // What is no fault of the person's is logged under an id too, so that whoever is asked finds the moment it happened.
    private Result<T> Referenced<T>(Result<T> answer)
    {
        if (answer is not { IsOk: false, Error: { Kind: ErrorKind.Unavailable } error }) return answer;
        var id = NewReference();
        Log.UseCaseUnavailable(Loggers.CreateLogger(GetType()), error.Message, id);
        return error with { Message = F($"{error.Message} The server's log has it under {id}.") };
    }

    private static string NewReference() => Guid.NewGuid().ToString("N")[..12];

    /// <summary>Asks a use case and keeps its answer.</summary>
    protected async Task LoadAsync<T>(Loadable<T> into, Func<Actor, CancellationToken, Task<Result<T>>> useCase) where T : class
    {
        ArgumentNullException.ThrowIfNull(into);
        into.Set(await AskAsync(useCase), Time.GetUtcNow());
    }

    /// <summary>Follows a stream into a feed until stopped; a defect on the way pauses it for a while instead of ending the page's life.</summary>
    protected async Task FollowAsync<T>(LiveFeed<T> feed, Func<Actor, CancellationToken, Task<Result<IAsyncEnumerable<T>>>> open, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(feed);
        try
        {
            while (true)
            {
                var ended = await AskAsync<Unit>(async (actor, _) =>
                {
                    await feed.RunAsync(token => open(actor, token), stop);
                    return Unit.Value;
                });
                if (ended.IsOk || stop.IsCancellationRequested) return;
                feed.Fail(ended.Error);
                await Task.Delay(AfterDefect, Time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The page shows something else now, or nothing.
        }
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _disposed) return;
        _disposed = true;
        _gone.Cancel();
        _gone.Dispose();
    }
}
