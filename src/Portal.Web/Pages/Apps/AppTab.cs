using Microsoft.AspNetCore.Components;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;
using Portal.Web.Live;
using static Portal.Web.Language.Words;

namespace Portal.Web.Pages.Apps;

/// <summary>A tab of the page of an app.</summary>
public abstract class AppTab : ConsoleComponent
{
    [CascadingParameter] public required AppPageContext Page { get; set; }

    /// <summary>Whether a change is under way; its controls rest meanwhile.</summary>
    protected bool Busy { get; private set; }

    /// <summary>Why the last change was refused, or null.</summary>
    protected Error? Refusal { get; set; }

    /// <summary>Why a control is of no use to the acting user, or null when it is.</summary>
    protected string? Unless(Right right) => Page.Unless(right);

    /// <summary>Asks for a change; one at a time. A success is announced and shown, a refusal stays on the page.</summary>
    /// <returns>Whether it was done.</returns>
    protected async Task<bool> ChangeAsync<T>(Func<Portal.Core.Members.Actor, CancellationToken, Task<Result<T>>> useCase, Func<T, string> announce)
    {
        ArgumentNullException.ThrowIfNull(announce);
        if (Busy) return false;
        (Busy, Refusal) = (true, null);
        try
        {
            var done = await DoAsync(useCase);
            Refusal = done.Error;
            if (!done.IsOk) return false;
            Toasts.Success(announce(done.Value));
            await Page.ReloadAsync();
            return true;
        }
        finally
        {
            Busy = false;
        }
    }

    /// <summary>How a new release is announced.</summary>
    protected static string Announce(ReleaseView release)
    {
        ArgumentNullException.ThrowIfNull(release);
        return F($"Release {release.Number}: {release.Reason}");
    }
}
