using Portal.Core.Members;
using Portal.Web.Language;
using static Portal.Web.Language.Words;

namespace Portal.Web.Live;

/// <summary>Says in words why a right is missing.</summary>
internal static class Rights
{
    public static string? Unless(Access? access, Right right) => access switch
    {
        null => L("Your rights here are not known yet."),
        _ when access.Can(right) => null,
        _ when RoleTable.Allows(access.Role, right, protectedEnvironment: false) => F($"This environment is protected: as {EnumWords.Of(access.Role)} you may not {Doing(right)} here."),
        _ => F($"As {EnumWords.Of(access.Role)} you may not {Doing(right)}. Ask for the role {EnumWords.Of(Least(right, access.Protected))}."),
    };

    // Roles are ordered from the strongest to the weakest; of those that allow it, the least one is what to ask for.
    private static Role Least(Right right, bool isProtected) => Enum.GetValues<Role>().Where(role => RoleTable.Allows(role, right, isProtected)).DefaultIfEmpty(Role.Owner).Last();

    private static string Doing(Right right) => right switch
    {
        Right.LogsRead => L("read logs"),
        Right.Plan => L("plan changes"),
        Right.Deploy => L("deploy releases"),
        Right.Restart => L("restart apps"),
        Right.Scale => L("scale apps"),
        Right.ConfigWrite => L("change the configuration"),
        Right.SecretWrite => L("set secrets"),
        Right.SecretReveal => L("reveal secrets"),
        Right.MetricsRead => L("read figures"),
        Right.Exec => L("open terminals"),
        Right.AuditRead => L("read the audit"),
        Right.DomainManage => L("change domains"),
        Right.AppDelete => L("delete apps"),
        Right.WebhookManage => L("manage webhooks"),
        Right.MembersManage => L("manage members"),
        Right.ProjectManage => L("manage projects and environments"),
        Right.ClusterManage => L("manage clusters"),
        Right.VolumeDelete => L("delete volumes"),
        Right.QuotaRequest => L("ask for a different quota"),
        Right.TeamDelete => L("delete the team"),
        _ => F($"use {right}"),
    };
}
