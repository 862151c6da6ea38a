namespace Portal.Core.Members;

/// <summary>One thing that can be allowed. The rows of <see cref="RoleTable"/>, plus rights of the signed-in account and of the platform.</summary>
public enum Right
{
    /// <summary>See teams, projects, environments, apps, health, events and releases.</summary>
    AppView,

    /// <summary>Read the logs of instances.</summary>
    LogsRead,

    /// <summary>Read measurements.</summary>
    MetricsRead,

    /// <summary>Compute what a change would do, without doing it.</summary>
    Plan,

    /// <summary>Make a release of a declaration, or roll back to an older one.</summary>
    Deploy,

    /// <summary>Replace the running instances by new ones of the same release.</summary>
    Restart,

    /// <summary>Change the number of instances within the quota.</summary>
    Scale,

    /// <summary>Write the declaration and its variables.</summary>
    ConfigWrite,

    /// <summary>Set a secret without being able to read it.</summary>
    SecretWrite,

    /// <summary>Read a secret back (step-up, audited).</summary>
    SecretReveal,

    /// <summary>Run a command in an instance.</summary>
    Exec,

    /// <summary>Claim and release domains.</summary>
    DomainManage,

    /// <summary>Delete a volume with its data.</summary>
    VolumeDelete,

    /// <summary>Delete an app.</summary>
    AppDelete,

    /// <summary>Approve somebody else's change to a protected environment.</summary>
    Approve,

    /// <summary>Create, rotate and delete webhook endpoints.</summary>
    WebhookManage,

    /// <summary>Create tokens, at most with one's own rights.</summary>
    TokenCreate,

    /// <summary>Add and remove members and change their roles.</summary>
    MembersManage,

    /// <summary>Create and delete projects and environments.</summary>
    ProjectManage,

    /// <summary>Ask for a different quota.</summary>
    QuotaRequest,

    /// <summary>Read, verify and export the audit.</summary>
    AuditRead,

    /// <summary>Delete or transfer the team.</summary>
    TeamDelete,

    /// <summary>Anything a signed-in account may do to itself: see who it is, list its teams, create a team.</summary>
    Account,

    /// <summary>Administer the platform.</summary>
    PlatformManage,

    /// <summary>See, invite, label, taint, cordon, drain and remove nodes; see <see cref="PlatformTable"/>.</summary>
    NodeManage,

    /// <summary>Add, change and remove clusters: a team's own by its role, the platform's by <see cref="PlatformTable"/>.</summary>
    ClusterManage,
}
