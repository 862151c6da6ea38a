using System.Collections.Frozen;

namespace Portal.Core.Members;

/// <summary>Who may do what over the platform itself: beside <see cref="RoleTable"/> the other table, for what belongs to no team. A right without a row is denied.</summary>
public static class PlatformTable
{
    private static readonly FrozenDictionary<Right, PlatformRoles> Rows = new Dictionary<Right, PlatformRoles>
    {
        [Right.NodeManage] = PlatformRoles.PlatformAdmin | PlatformRoles.NodeOperator,
        [Right.ClusterManage] = PlatformRoles.PlatformAdmin,
    }.ToFrozenDictionary();

    /// <summary>What somebody is told who does not hold the right.</summary>
    public static string Denial(Right right) => right == Right.ClusterManage
        ? "Only platform administrators see and change the clusters of the platform."
        : "Only node operators and platform administrators see and change nodes.";

    /// <summary>Whether the roles hold the right.</summary>
    public static bool Allows(PlatformRoles roles, Right right) => Rows.TryGetValue(right, out var held) && (roles & held) != PlatformRoles.None;

    /// <summary>Whether the actor holds the right, the narrowing of its token included: a token for one team is none for the platform.</summary>
    public static bool Allows(Actor actor, Right right)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return Allows(actor.PlatformRoles, right) && actor.Scope is not { Team: not null } && (actor.Scope?.Rights is not { } rights || rights.Contains(right));
    }
}
