namespace Kube.ApiServer.Authentication;

/// <summary>How a node is named as a user: <c>system:node:NAME</c> in the group <c>system:nodes</c>.</summary>
internal static class NodeIdentity
{
    public const string UserPrefix = "system:node:";
    public const string Group = "system:nodes";

    /// <summary>The node's name, or null when the user is no node.</summary>
    public static string? NodeOf(UserInfo user) =>
        user.IsIn(Group) && user.Name.StartsWith(UserPrefix, StringComparison.Ordinal) && user.Name.Length > UserPrefix.Length ? user.Name[UserPrefix.Length..] : null;
}
