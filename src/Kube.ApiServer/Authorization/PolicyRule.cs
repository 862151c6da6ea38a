namespace Kube.ApiServer.Authorization;

/// <summary>What someone may do; <c>*</c> stands for everything. The form of a Role's rule.</summary>
/// <param name="Groups">API groups.</param>
/// <param name="Resources">Resources, subresources as <c>pods/log</c>.</param>
/// <param name="Verbs">Verbs.</param>
internal sealed record PolicyRule(string[] Groups, string[] Resources, string[] Verbs)
{
    public bool Allows(AuthorizationAttributes a)
    {
        var resource = a.Subresource.Length > 0 ? $"{a.Resource}/{a.Subresource}" : a.Resource;
        return Has(Verbs, a.Verb) && Has(Groups, a.Group) && Has(Resources, resource);
    }

    private static bool Has(string[] values, string value) => values is ["*"] || values.Contains(value);
}
