namespace Kube.ApiServer.Authorization.Rbac;

/// <summary>What a binding gives one subject.</summary>
/// <param name="Namespace">The binding's namespace; empty for a ClusterRoleBinding.</param>
/// <param name="Binding">The binding's name.</param>
/// <param name="RoleKind"><c>Role</c> or <c>ClusterRole</c>.</param>
/// <param name="RoleName">The role's name.</param>
/// <param name="Subject">Whom, as <c>Group "system:authenticated"</c>.</param>
internal sealed record RoleGrant(string Namespace, string Binding, string RoleKind, string RoleName, string Subject)
{
    /// <summary>Where the role is kept: namespace (empty for a ClusterRole) and name.</summary>
    public (string Namespace, string Name) Role => (RoleKind == "ClusterRole" ? "" : Namespace, RoleName);

    public override string ToString()
    {
        var binding = Namespace.Length == 0 ? $"ClusterRoleBinding \"{Binding}\"" : $"RoleBinding \"{Binding}/{Namespace}\"";
        return $"{binding} of {RoleKind} \"{RoleName}\" to {Subject}";
    }
}
