using Portal.Core.Members;

namespace Portal.Web.Live;

/// <summary>Says in words why a right is missing.</summary>
internal static class Rights
{
    public static string? Unless(Access? access, Right right) => access switch
    {
        null => "Your rights here are not known yet.",
        _ when access.Can(right) => null,
        _ when RoleTable.Allows(access.Role, right, protectedEnvironment: false) => $"This environment is protected: as {access.Role} you may not {Words(right)} here.",
        _ => $"As {access.Role} you may not {Words(right)}. Ask for the role {Least(right, access.Protected)}.",
    };

    // Roles are ordered from the strongest to the weakest; of those that allow it, the least one is what to ask for.
    private static Role Least(Right right, bool isProtected) => Enum.GetValues<Role>().Where(role => RoleTable.Allows(role, right, isProtected)).DefaultIfEmpty(Role.Owner).Last();

    private static string Words(Right right) => right switch
    {
        Right.LogsRead => "read logs",
        Right.Plan => "plan changes",
        Right.Deploy => "deploy",
        Right.Restart => "restart apps",
        Right.Scale => "scale apps",
        Right.ConfigWrite => "change the configuration",
        Right.SecretWrite => "set secrets",
        Right.MetricsRead => "read figures",
        Right.Exec => "open terminals",
        Right.AuditRead => "read the audit",
        Right.DomainManage => "change domains",
        Right.AppDelete => "delete apps",
        Right.WebhookManage => "manage webhooks",
        Right.MembersManage => "manage members",
        Right.ProjectManage => "manage projects and environments",
        Right.TeamDelete => "delete the team",
        _ => $"use {right}",
    };
}
