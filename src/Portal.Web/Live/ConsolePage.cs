using Microsoft.AspNetCore.Components;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Web.Live;

/// <summary>A page below a team. It clears and loads again when its address selects something else.</summary>
public abstract class ConsolePage : ConsoleComponent
{
    private static readonly TimeSpan AfterDefect = TimeSpan.FromSeconds(5);
    private ScopeRef? _shown;

    [Inject] public required IAuthorizer Authorizer { get; init; }

    /// <summary>What the address selects.</summary>
    protected abstract ScopeRef Scope { get; }

    /// <summary>What the acting user may do here, or null while unknown or when there is no such place. For drawing only: every use case decides again.</summary>
    protected Loadable<Access> Access { get; } = new();

    /// <summary>Asks for all the page shows.</summary>
    protected abstract Task LoadAsync();

    /// <summary>Forgets what belongs to the previous <see cref="Scope"/>.</summary>
    protected virtual void Clear() { }

    /// <summary>Why a control is of no use to the acting user, or null when it is.</summary>
    protected string? Unless(Right right) => Rights.Unless(Access.Value, right);

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

    protected override async Task OnParametersSetAsync()
    {
        if (Scope == _shown) return;
        if (_shown is not null)
        {
            Access.Clear();
            Clear();
        }
        _shown = Scope;
        await ReloadAsync();
    }

    /// <summary>Loads everything again; what Retry does.</summary>
    protected async Task ReloadAsync()
    {
        var scope = Scope;
        await LoadAsync(Access, (actor, stop) => Authorizer.AuthorizeAsync(actor, Right.AppView, scope, stop));
        if (Access.Error is null) await LoadAsync();
    }
}
