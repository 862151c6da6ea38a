using k8s.Models;

namespace Kube.Controllers.Jobs;

/// <summary>What a job's conditions say.</summary>
internal static class JobConditions
{
    public const string Complete = "Complete";
    public const string Failed = "Failed";
    public const string Suspended = "Suspended";

    /// <summary>It will be Failed as soon as its pods have ended.</summary>
    public const string FailureTarget = "FailureTarget";

    /// <summary>It will be Complete as soon as its pods have ended.</summary>
    public const string SuccessCriteriaMet = "SuccessCriteriaMet";

    /// <summary>Complete or failed for good.</summary>
    public static bool IsFinished(this V1Job job) => job.FinalCondition() is not null;

    /// <summary>The condition Complete or Failed when it holds, or null.</summary>
    public static V1JobCondition? FinalCondition(this V1Job job) => job.Holding(Complete) ?? job.Holding(Failed);

    /// <summary>A condition by type when it is True, or null.</summary>
    public static V1JobCondition? Holding(this V1Job job, string type) => job.Status?.Conditions?.FirstOrDefault(c => c.Type == type && c.Status == "True");
}
