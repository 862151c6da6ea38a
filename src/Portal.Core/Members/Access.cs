using Portal.Core.Data;

namespace Portal.Core.Members;

/// <summary>The proof of a decision: where the actor was let in, with ids resolved through the tenant. Only the authorizer makes one.</summary>
/// <param name="Actor">Who was let in.</param>
/// <param name="Scope">The scope asked for.</param>
/// <param name="Tenant">The key to the tenant's data.</param>
/// <param name="Role">The actor's role in the team.</param>
/// <param name="ProjectId">The project's id when the scope names one.</param>
/// <param name="EnvironmentId">The environment's id when the scope names one.</param>
/// <param name="AppId">The app's id when the scope names one.</param>
/// <param name="Protected">Whether the environment is protected.</param>
public sealed record Access(Actor Actor, ScopeRef Scope, TenantContext Tenant, Role Role, Guid? ProjectId, Guid? EnvironmentId, Guid? AppId, bool Protected)
{
    /// <summary>What the app's objects in the cluster are called after, when the scope names an app; its name may have changed since.</summary>
    internal string? Workload { get; init; }

    /// <summary>Whether this actor also has another right in the same scope; what pages show or hide controls by.</summary>
    public bool Can(Right right) =>
        (Actor.Scope?.Rights is not { } rights || rights.Contains(right)) && RoleTable.Allows(Role, right, Protected);
}
