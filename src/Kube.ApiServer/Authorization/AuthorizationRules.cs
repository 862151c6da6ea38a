namespace Kube.ApiServer.Authorization;

/// <summary>What an authorizer would allow somebody in a namespace, as rules: what <c>kubectl auth can-i --list</c> shows.</summary>
/// <param name="Rules">The rules, those of the cluster included.</param>
/// <param name="Incomplete">There is more, which depends on the object and cannot be listed.</param>
public sealed record AuthorizationRules(IReadOnlyList<PolicyRule> Rules, bool Incomplete = false)
{
    /// <summary>Nothing.</summary>
    public static AuthorizationRules None { get; } = new([]);
}
