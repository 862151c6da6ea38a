using k8s.Models;
using Kube.Controllers.CertificateRequests;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class CertificateRequestCleanerTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Approved", true, 10)]
    [InlineData("Approved", false, 22 * 60)]
    [InlineData("Denied", false, 10)]
    [InlineData(null, false, 22 * 60)]
    public void Requests_that_are_answered_stay_an_hour_and_others_a_day(string? condition, bool issued, int minutesLeft)
    {
        var request = new V1CertificateSigningRequest
        {
            Metadata = new V1ObjectMeta { Name = "r", CreationTimestamp = Now.AddHours(-2).UtcDateTime },
            Status = new V1CertificateSigningRequestStatus
            {
                Certificate = issued ? [1] : null,
                Conditions = condition is null ? null : [new V1CertificateSigningRequestCondition { Type = condition, Status = "True", LastUpdateTime = Now.AddMinutes(-50).UtcDateTime }],
            },
        };
        Assert.Equal(TimeSpan.FromMinutes(minutesLeft), CertificateRequestCleaner.Left(request, Now));
    }
}
