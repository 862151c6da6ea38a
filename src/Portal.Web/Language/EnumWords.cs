using Portal.Core.Deliveries;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Plan;
using Portal.Core.Releases;
using static Portal.Web.Language.Words;

namespace Portal.Web.Language;

/// <summary>The closed sets of words of the product, in the reader's language. Roles keep their English names beside: they are what REST and the command line take.</summary>
internal static class EnumWords
{
    public static string Of(HealthState health) => health switch
    {
        HealthState.Healthy => L("Healthy"),
        HealthState.Progressing => L("Progressing"),
        HealthState.Degraded => L("Degraded"),
        HealthState.Suspended => L("Suspended"),
        HealthState.Missing => L("Missing"),
        _ => L("Unknown"),
    };

    public static string Of(Role role) => role switch
    {
        Role.Owner => L("Owner"),
        Role.Admin => L("Admin"),
        Role.Maintainer => L("Maintainer"),
        Role.Developer => L("Developer"),
        Role.Deployer => L("Deployer"),
        Role.Support => L("Support"),
        Role.Viewer => L("Viewer"),
        _ => L("Auditor"),
    };

    public static string Of(ChangeKind kind) => kind switch
    {
        ChangeKind.Create => L("Create"),
        ChangeKind.Update => L("Update"),
        ChangeKind.Delete => L("Delete"),
        _ => L("None"),
    };

    public static string Of(DeliveryState state) => state switch
    {
        DeliveryState.Released => L("Released"),
        DeliveryState.Failed => L("Failed"),
        DeliveryState.Ignored => L("Ignored"),
        _ => L("Pending"),
    };

    public static string Of(ReleaseTrigger trigger) => trigger switch
    {
        ReleaseTrigger.Console => L("by the console"),
        ReleaseTrigger.Cli => L("by the command line"),
        ReleaseTrigger.Webhook => L("by a webhook"),
        ReleaseTrigger.Rollback => L("as a rollback"),
        ReleaseTrigger.Promotion => L("as a promotion"),
        ReleaseTrigger.Recovery => L("as an automatic recovery"),
        _ => L("by the REST API"),
    };

    /// <summary>An instance's phase: one of the words of <see cref="InstanceView.Phase"/>.</summary>
    public static string OfPhase(string phase) => phase switch
    {
        "Ready" => L("Ready"),
        "Pending" => L("Pending"),
        "Starting" => L("Starting"),
        "Running" => L("Running"),
        "Crashing" => L("Crashing"),
        "Stopping" => L("Stopping"),
        "Succeeded" => L("Succeeded"),
        "Failed" => L("Failed"),
        "Unknown" => L("Unknown"),
        _ => phase,
    };

    public static string Of(RolloutState state, bool newest = true) => state switch
    {
        RolloutState.AwaitingApproval => L("Awaiting approval"),
        RolloutState.Queued => L("Queued"),
        RolloutState.Releasing => L("Release command"),
        RolloutState.Shifting => L("Shifting traffic"),
        RolloutState.Promoting => L("Promoting"),
        RolloutState.Rejected => L("Rejected"),
        RolloutState.Applying => L("Applying"),
        RolloutState.Rolling => L("Rolling out"),
        // A release that was live until a newer one came.
        RolloutState.Live => newest ? L("Live") : L("Replaced"),
        RolloutState.Failed => L("Failed"),
        RolloutState.Superseded => L("Superseded"),
        _ => L("Cancelled"),
    };
}
