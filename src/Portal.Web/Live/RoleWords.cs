using Portal.Core.Members;
using static Portal.Web.Language.Words;

namespace Portal.Web.Live;

/// <summary>Each role in one sentence, for those who choose one.</summary>
internal static class RoleWords
{
    public static string Of(Role role) => role switch
    {
        Role.Owner => L("Everything, including deleting the team."),
        Role.Admin => L("Everything but revealing secrets, terminals and the team itself."),
        Role.Maintainer => L("Runs every environment, protected ones included."),
        Role.Developer => L("Runs the environments that are not protected."),
        Role.Deployer => L("Plans, deploys and rolls back; changes no configuration."),
        Role.Support => L("Looks, reads logs, restarts and scales."),
        Role.Viewer => L("Looks."),
        _ => L("Looks and reads the audit."),
    };
}
