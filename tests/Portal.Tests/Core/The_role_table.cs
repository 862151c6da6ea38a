using Portal.Core.Members;
using Xunit;

namespace Portal.Tests.Core;

public sealed class The_role_table
{
    // Owner Admin Maintainer Developer Deployer Support Viewer Auditor; y allowed, n denied, p not in protected environments.
    [Theory]
    [InlineData(Right.AppView, "yyyyyyyy")]
    [InlineData(Right.LogsRead, "yyyyyynn")]
    [InlineData(Right.MetricsRead, "yyyyyyyn")]
    [InlineData(Right.Plan, "yyyyynnn")]
    [InlineData(Right.Deploy, "yyypynnn")]
    [InlineData(Right.Restart, "yyyyyynn")]
    [InlineData(Right.Scale, "yyypnynn")]
    [InlineData(Right.ConfigWrite, "yyypnnnn")]
    [InlineData(Right.SecretWrite, "yyypnnnn")]
    [InlineData(Right.SecretReveal, "ynynnnnn")]
    [InlineData(Right.Exec, "ynypnnnn")]
    [InlineData(Right.DomainManage, "yyynnnnn")]
    [InlineData(Right.VolumeDelete, "yyynnnnn")]
    [InlineData(Right.AppDelete, "yyynnnnn")]
    [InlineData(Right.Approve, "yyynnnnn")]
    [InlineData(Right.WebhookManage, "yyynnnnn")]
    [InlineData(Right.TokenCreate, "yyynnnnn")]
    [InlineData(Right.MembersManage, "yynnnnnn")]
    [InlineData(Right.ProjectManage, "yyynnnnn")]
    [InlineData(Right.QuotaRequest, "yynnnnnn")]
    [InlineData(Right.AuditRead, "yynnnnny")]
    [InlineData(Right.TeamDelete, "ynnnnnnn")]
    [InlineData(Right.ClusterManage, "ynnnnnnn")]
    [InlineData(Right.Account, "nnnnnnnn")]
    [InlineData(Right.PlatformManage, "nnnnnnnn")]
    public void Says_what_the_page_of_roles_says(Right right, string row)
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            Assert.Equal(row[(int)role] is 'y' or 'p', RoleTable.Allows(role, right, protectedEnvironment: false));
            Assert.Equal(row[(int)role] is 'y', RoleTable.Allows(role, right, protectedEnvironment: true));
        }
    }

    [Fact]
    public void Denies_what_it_does_not_know()
    {
        Assert.Equal(Grant.No, RoleTable.Of((Role)99, Right.AppView));
        Assert.Equal(Grant.No, RoleTable.Of(Role.Owner, (Right)999));
    }
}
