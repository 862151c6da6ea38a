using static Portal.Web.Language.Words;

namespace Portal.Web.Pages.Apps;

/// <summary>The cluster's reasons for events in words of people; one that is not known here is shown as the cluster says it.</summary>
internal static class EventWords
{
    public static string Of(string reason) => reason switch
    {
        "Scheduled" => L("Placed on a node"),
        "FailedScheduling" => L("No node has room"),
        "Preempted" => L("Made room for something more important"),
        "Pulling" => L("Fetching the image"),
        "Pulled" => L("Image is there"),
        "Failed" => L("Could not start"),
        "FailedCreate" => L("Could not be created"),
        "ErrImagePull" or "ErrImageNeverPull" or "InspectFailed" => L("The image cannot be had"),
        "BackOff" => L("Waits before the next attempt"),
        "Created" => L("Container made"),
        "Started" => L("Started"),
        "Killing" => L("Is being stopped"),
        "Unhealthy" => L("Health check failed"),
        "ProbeWarning" => L("Health check answered oddly"),
        "OOMKilling" or "OOMKilled" => L("Ran out of memory"),
        "Evicted" => L("Evicted from its node"),
        "NodeNotReady" => L("Its node went silent"),
        "TaintManagerEviction" => L("Moved off its node"),
        "FailedMount" or "FailedAttachVolume" => L("A volume could not be attached"),
        "FailedKillPod" => L("Could not be stopped"),
        "SuccessfulCreate" => L("Instance made"),
        "SuccessfulDelete" => L("Instance removed"),
        "ScalingReplicaSet" => L("Number of instances changed"),
        "DeploymentRollback" => L("Rolled back"),
        "SuccessfulRescale" => L("Scaled by load"),
        _ => reason,
    };
}
