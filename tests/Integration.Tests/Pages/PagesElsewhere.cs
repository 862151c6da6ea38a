namespace Integration.Tests.Pages;

/// <summary>
/// Handlers that the matrix of the console does not set off role by role, each with the test that decides about its use case instead. A new handler does not belong
/// here unless its use case stands in such a test; the aim is an empty list.
/// </summary>
internal static class PagesElsewhere
{
    private const string Rest = "the generated matrix of REST asks the same use case for every role, own, foreign and missing";
    private const string Platform = "nodes belong to the platform: the generated matrix of REST asks the same use case for every role of a team, and each is refused";
    private const string Reads = "it reads again what showing the page reads, which the walk over the routes covers";

    /// <summary>All of them: handler, use cases, why not here.</summary>
    public static IReadOnlyList<(string Handler, string UseCases, string Why)> All { get; } =
    [
        ("AppInstances.ExplainAsync", "IPlacements.ExplainAsync", Rest),
        ("AppReleases.ApproveAsync", "IApprovals.ApproveAsync", Rest),
        ("AppReleases.AskPromoteAsync", "IEnvironments.ListAsync", Rest),
        ("AppReleases.CompareChosenAsync", "IReleases.DiffAsync", Rest),
        ("AppReleases.PromoteAsync", "IPromotions.PromoteAsync", Rest),
        ("AppReleases.RejectAsync", "IApprovals.RejectAsync", Rest),
        ("ClusterPanels.CheckAsync", "IClusters.CheckAsync", Rest),
        ("ClusterPanels.RemoveAsync", "IClusters.RemoveAsync", Rest),
        ("ClusterPanels.RenameAsync", "IClusters.RenameAsync", Rest),
        ("ClusterPanels.ReplaceAsync", "IClusters.ReplaceAsync", Rest),
        ("ClusterRows.AddAsync", "IClusters.AddAsync", Rest),
        ("NodeList.InviteAsync", "INodes.InviteAsync", Platform),
        ("NodePage.<BuildRenderTree>b__54", "INodes.LabelAsync", Platform),
        ("NodePage.<BuildRenderTree>b__71", "INodes.TaintAsync", Platform),
        ("NodePage.AddLabelAsync", "INodes.LabelAsync", Platform),
        ("NodePage.AddTaintAsync", "INodes.TaintAsync", Platform),
        ("NodePage.ChangeAsync", "", Platform),
        ("NodePage.CordonAsync", "INodes.CordonAsync", Platform),
        ("NodePage.DrainAsync", "INodes.DrainAsync", Platform),
        ("NodePage.RemoveAsync", "INodes.RemoveAsync", Platform),
        ("ProjectEnvironments.Create", "IClusters.ListAsync", Rest),
        ("VolumeTable.DeleteAsync", "IVolumes.DeleteAsync", Rest),
        ("TeamAudit.OlderAsync", "", Reads),
        ("TeamAudit.ReloadAsync", "IAuthorizer.AuthorizeAsync", Reads),
        ("TeamAudit.VerifyAsync", "IAudit.VerifyAsync", Rest),
        ("TeamNotifications.DeleteAsync", "INotifications.DeleteAsync", Rest),
        ("TeamNotifications.EnableAsync", "INotifications.EnableAsync", Rest),
        ("TeamNotifications.ReplayAsync", "INotifications.ListMessagesAsync,INotifications.ReplayAsync", Rest),
        ("TeamNotifications.ShowAsync", "INotifications.ListMessagesAsync", Rest),
        ("TeamNotifications.TestAsync", "INotifications.ListMessagesAsync,INotifications.TestAsync", Rest),
        ("WhatIfPage.AskAsync", "", Rest),
    ];
}
