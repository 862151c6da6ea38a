namespace Portal.Core.Members;

/// <summary>What a member is in a team; <see cref="RoleTable"/> says what each may do.</summary>
public enum Role
{
    /// <summary>Everything, including deleting the team. A team always has one.</summary>
    Owner,

    /// <summary>Everything but revealing secrets, terminals, and the team itself.</summary>
    Admin,

    /// <summary>Runs every environment, protected ones included.</summary>
    Maintainer,

    /// <summary>Runs the environments that are not protected.</summary>
    Developer,

    /// <summary>Plans, deploys and rolls back; changes no configuration.</summary>
    Deployer,

    /// <summary>Looks, reads logs, restarts and scales.</summary>
    Support,

    /// <summary>Looks.</summary>
    Viewer,

    /// <summary>Looks and reads the audit.</summary>
    Auditor,
}
