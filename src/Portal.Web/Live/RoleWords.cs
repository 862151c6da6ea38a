using Portal.Core.Members;

namespace Portal.Web.Live;

/// <summary>Each role in one sentence, for those who choose one.</summary>
internal static class RoleWords
{
    public static string Of(Role role) => role switch
    {
        Role.Owner => "Everything, including deleting the team.",
        Role.Admin => "Everything but revealing secrets, terminals and the team itself.",
        Role.Maintainer => "Runs every environment, protected ones included.",
        Role.Developer => "Runs the environments that are not protected.",
        Role.Deployer => "Plans, deploys and rolls back; changes no configuration.",
        Role.Support => "Looks, reads logs, restarts and scales.",
        Role.Viewer => "Looks.",
        _ => "Looks and reads the audit.",
    };
}
