using k8s.Models;
using Kube.Controllers.TtlAfterFinished;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class TtlAfterFinishedTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Complete", 30, 20)]
    [InlineData("Failed", 5, -5)]
    [InlineData("Suspended", 30, null)]
    [InlineData("Complete", null, null)]
    public void Only_a_finished_job_has_its_time_counted(string condition, int? seconds, int? left)
    {
        var job = new V1Job
        {
            Metadata = new V1ObjectMeta { Name = "j" },
            Spec = new V1JobSpec { TtlSecondsAfterFinished = seconds },
            Status = new V1JobStatus { Conditions = [new V1JobCondition { Type = condition, Status = "True", LastTransitionTime = Now.AddSeconds(-10).UtcDateTime }] },
        };
        Assert.Equal(left is { } s ? TimeSpan.FromSeconds(s) : null, TtlAfterFinishedController.Left(job, Now));
    }
}
