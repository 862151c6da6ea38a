using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Web.Live;
using static Portal.Web.Language.Words;

namespace Portal.Web.Pages.Apps;

/// <summary>What the page of an app hands to its tabs.</summary>
/// <param name="Scope">The app's place.</param>
/// <param name="App">The app as stored.</param>
/// <param name="Snapshot">What the cluster says of it, or null while unknown.</param>
/// <param name="Access">What the acting user may do here.</param>
/// <param name="ReloadAsync">Asks for the app again, after a change.</param>
public sealed record AppPageContext(ScopeRef Scope, AppView App, AppSnapshot? Snapshot, Access Access, Func<Task> ReloadAsync)
{
    /// <summary>Why a control is of no use to the acting user, or null when it is.</summary>
    public string? Unless(Right right) => App.Deleting ? L("The app is being deleted.") : Rights.Unless(Access, right);

    /// <summary>The address of a tab.</summary>
    public string Tab(string tab) => Addresses.App(App.Team, App.Project, App.Environment, App.Name, tab);

    /// <summary>The spec that holds in this environment.</summary>
    public AppSpec Spec => App.Declaration.In(App.Environment);
}
