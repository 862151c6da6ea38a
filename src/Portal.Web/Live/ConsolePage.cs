using Microsoft.AspNetCore.Components;
using Portal.Core.Members;

namespace Portal.Web.Live;

/// <summary>A page below a team. It clears and loads again when its address selects something else.</summary>
public abstract class ConsolePage : ConsoleComponent
{
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
