using System.Text;
using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Authorization;

/// <summary>
/// What someone may do: the form of a Role's rule. <c>*</c> stands for everything.
/// See https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole.
/// </summary>
/// <param name="Groups">API groups.</param>
/// <param name="Resources">Resources, subresources as <c>pods/log</c>; <c>*/scale</c> is the subresource of every resource.</param>
/// <param name="Verbs">Verbs.</param>
public sealed record PolicyRule(IReadOnlyList<string> Groups, IReadOnlyList<string> Resources, IReadOnlyList<string> Verbs)
{
    private const string Everything = "*";

    /// <summary>Only objects of these names; empty for all.</summary>
    public IReadOnlyList<string> ResourceNames { get; init; } = [];

    /// <summary>Paths that are no resource; a trailing <c>*</c> stands for whatever follows.</summary>
    public IReadOnlyList<string> NonResourceUrls { get; init; } = [];

    /// <summary>A rule about paths.</summary>
    public static PolicyRule OfPaths(IReadOnlyList<string> verbs, params string[] paths) => new([], [], verbs) { NonResourceUrls = paths };

    /// <summary>Reads a rule of a Role.</summary>
    internal static PolicyRule Read(JsonObject rule) => new([.. rule.Texts("apiGroups")], [.. rule.Texts("resources")], [.. rule.Texts("verbs")])
    {
        ResourceNames = [.. rule.Texts("resourceNames")],
        NonResourceUrls = [.. rule.Texts("nonResourceURLs")],
    };

    /// <summary>Whether the rule allows a request.</summary>
    public bool Allows(AuthorizationAttributes attributes)
    {
        if (!Has(Verbs, attributes.Verb))
            return false;
        if (attributes.Path.Length > 0)
            return CoversPath(attributes.Path);
        return Has(Groups, attributes.Group) && CoversResource(attributes.Resource, attributes.Subresource)
            && (ResourceNames.Count == 0 || ResourceNames.Contains(attributes.Name));
    }

    /// <summary>Whether everything another rule allows is allowed by this one too; the other holds one of each list.</summary>
    internal bool Covers(PolicyRule single)
    {
        if (!Verbs.Contains(Everything) && !single.Verbs.All(Verbs.Contains))
            return false;
        if (single.NonResourceUrls is [var url])
            return CoversPath(url);
        if (single.Groups is not [var group] || single.Resources is not [var resource] || !Has(Groups, group))
            return false;
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        var covered = slash < 0 ? CoversResource(resource, "") : CoversResource(resource[..slash], resource[(slash + 1)..]);
        return covered && (ResourceNames.Count == 0 || (single.ResourceNames.Count > 0 && single.ResourceNames.All(ResourceNames.Contains)));
    }

    /// <summary>The rule as single grants: one group, resource, name and verb each.</summary>
    internal IEnumerable<PolicyRule> Singles()
    {
        foreach (var verb in Verbs)
        {
            foreach (var url in NonResourceUrls)
                yield return OfPaths([verb], url);
            foreach (var group in Groups)
            {
                foreach (var resource in Resources)
                {
                    if (ResourceNames.Count == 0)
                        yield return new PolicyRule([group], [resource], [verb]);
                    foreach (var name in ResourceNames)
                        yield return new PolicyRule([group], [resource], [verb]) { ResourceNames = [name] };
                }
            }
        }
    }

    internal JsonObject ToJson()
    {
        var rule = new JsonObject();
        Add(rule, "apiGroups", Groups);
        Add(rule, "nonResourceURLs", NonResourceUrls);
        Add(rule, "resourceNames", ResourceNames);
        Add(rule, "resources", Resources);
        rule["verbs"] = new JsonArray([.. Verbs.Select(v => (JsonNode)v)]);
        return rule;

        static void Add(JsonObject rule, string field, IReadOnlyList<string> values)
        {
            if (values.Count > 0)
                rule[field] = new JsonArray([.. values.Select(v => (JsonNode)v)]);
        }
    }

    /// <summary>The rule in the words of a refusal: <c>{APIGroups:[""], Resources:["pods"], Verbs:["get"]}</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("{");
        Add("APIGroups", Groups);
        Add("Resources", Resources);
        Add("NonResourceURLs", NonResourceUrls);
        Add("ResourceNames", ResourceNames);
        Add("Verbs", Verbs);
        return text.Append('}').ToString();

        void Add(string field, IReadOnlyList<string> values)
        {
            if (values.Count > 0)
                text.Append(text.Length > 1 ? ", " : "").Append(field).Append(":[").AppendJoin(' ', values.Select(v => $"\"{v}\"")).Append(']');
        }
    }

    private static bool Has(IReadOnlyList<string> values, string value) => values.Contains(Everything) || values.Contains(value);

    private bool CoversResource(string resource, string subresource)
    {
        foreach (var candidate in Resources)
        {
            if (candidate == Everything)
                return true;
            if (subresource.Length == 0 ? candidate == resource : Matches(candidate, resource, subresource))
                return true;
        }

        return false;
    }

    private static bool Matches(string candidate, string resource, string subresource)
    {
        var slash = candidate.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !candidate.AsSpan(slash + 1).SequenceEqual(subresource))
            return false;
        var owner = candidate.AsSpan(0, slash);
        return owner.SequenceEqual(resource) || owner.SequenceEqual(Everything);
    }

    private bool CoversPath(string path)
    {
        foreach (var candidate in NonResourceUrls)
        {
            if (candidate == path || (candidate.EndsWith('*') && path.AsSpan().StartsWith(candidate.AsSpan(0, candidate.Length - 1))))
                return true;
        }

        return false;
    }
}
