namespace Kube.ApiServer.Authentication;

/// <summary>How a service account is named as a user: <c>system:serviceaccount:NAMESPACE:NAME</c>.</summary>
internal static class ServiceAccountIdentity
{
    public const string UserPrefix = "system:serviceaccount:";
    public const string Group = "system:serviceaccounts";
    public const string PodName = "authentication.kubernetes.io/pod-name";
    public const string PodUid = "authentication.kubernetes.io/pod-uid";
    public const string NodeName = "authentication.kubernetes.io/node-name";
    public const string NodeUid = "authentication.kubernetes.io/node-uid";
    public const string CredentialId = "authentication.kubernetes.io/credential-id";

    public static string UserName(string ns, string name) => $"{UserPrefix}{ns}:{name}";

    public static string GroupOf(string ns) => $"{Group}:{ns}";

    /// <summary>Namespace and name of the account a user stands for; null when the user is none.</summary>
    public static (string Namespace, string Name)? AccountOf(string userName)
    {
        if (!userName.StartsWith(UserPrefix, StringComparison.Ordinal))
            return null;
        return userName[UserPrefix.Length..].Split(':') is [{ Length: > 0 } ns, { Length: > 0 } name] ? (ns, name) : null;
    }
}
