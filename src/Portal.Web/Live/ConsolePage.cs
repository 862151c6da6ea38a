using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;
using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Web.Ui;

namespace Portal.Web.Live;

/// <summary>What every page of the console has: the acting user, a token that ends with the page, and one way to ask a use case.</summary>
public abstract class ConsolePage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private object? _shown;

    [Inject] public required CurrentActor Current { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required TimeProvider Time { get; init; }
    [Inject] public required Toasts Toasts { get; init; }
    [Inject] public required ILoggerFactory Loggers { get; init; }

    /// <summary>The acting user; set before <see cref="LoadAsync"/> runs.</summary>
    protected Actor Actor { get; private set; } = null!;

    /// <summary>Cancelled when the page goes away.</summary>
    protected CancellationToken Gone => _gone.Token;

    /// <summary>What the address selects; when it changes, the page clears and loads again.</summary>
    protected virtual object Subject => this;

    /// <summary>Asks for all the page shows.</summary>
    protected abstract Task LoadAsync();

    /// <summary>Forgets what belongs to the previous <see cref="Subject"/>.</summary>
    protected virtual void Clear() { }

    protected override async Task OnParametersSetAsync()
    {
        if (Equals(_shown, Subject)) return;
        if (_shown is not null) Clear();
        _shown = Subject;
        Actor = await Current.GetAsync();
        await LoadAsync();
    }

    /// <summary>Asks a use case. An exception is a defect: it is logged under an id, and the user gets that id instead of a dead page.</summary>
    protected async Task<Result<T>> AskAsync<T>(Func<CancellationToken, Task<Result<T>>> useCase)
    {
        ArgumentNullException.ThrowIfNull(useCase);
        try
        {
            return await useCase(Gone);
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested)
        {
            return Error.Unavailable("The page was left.");
        }
#pragma warning disable CA1031 // The page is the boundary: whatever a use case throws must not end the circuit.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var id = Guid.NewGuid().ToString("N")[..12];
            Log.UseCaseFailed(Loggers.CreateLogger(GetType()), exception, id);
            return Error.Unavailable($"Something failed on our side. The server's log has it under {id}.");
        }
    }

    /// <summary>Asks a use case and keeps its answer for the page.</summary>
    protected async Task LoadAsync<T>(Loadable<T> into, Func<CancellationToken, Task<Result<T>>> useCase) where T : class
    {
        ArgumentNullException.ThrowIfNull(into);
        into.Set(await AskAsync(useCase), Time.GetUtcNow());
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _gone.IsCancellationRequested) return;
        _gone.Cancel();
        _gone.Dispose();
    }
}
