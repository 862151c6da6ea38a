namespace Kube.ApiServer.Authentication;

/// <summary>Who makes a request.</summary>
/// <param name="Name">User name, for instance <c>system:node:worker-1</c>.</param>
/// <param name="Uid">Identifier that survives a rename; may be empty.</param>
/// <param name="Groups">Groups, <c>system:authenticated</c> included once authenticated.</param>
/// <param name="Extra">Whatever else the authenticator knows.</param>
public sealed record UserInfo(string Name, string Uid, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, string[]> Extra)
{
    /// <summary>Extra information is absent.</summary>
    public static IReadOnlyDictionary<string, string[]> NoExtra { get; } = new Dictionary<string, string[]>();

    /// <summary>Nobody: what a request without credentials is.</summary>
    public static UserInfo Anonymous { get; } = new("system:anonymous", "", ["system:unauthenticated"], NoExtra);

    /// <summary>The server itself.</summary>
    internal static UserInfo System { get; } = new("system:apiserver", "", ["system:masters"], NoExtra);

    /// <summary>Whether the user is in a group.</summary>
    public bool IsIn(string group) => Groups.Contains(group);
}
