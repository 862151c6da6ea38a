namespace Kube.ApiServer.Authorization.Rbac;

/// <summary>Compares rules: what of one set another set does not allow.</summary>
internal static class RuleCoverage
{
    /// <summary>The single grants of <paramref name="wanted"/> that nothing in <paramref name="held"/> covers, those of one resource joined again.</summary>
    public static IReadOnlyList<PolicyRule> Missing(IReadOnlyCollection<PolicyRule> held, IEnumerable<PolicyRule> wanted)
    {
        var missing = wanted.SelectMany(w => w.Singles()).Where(single => !held.Any(h => h.Covers(single)));
        return
        [
            .. missing
                .GroupBy(m => (string.Concat(m.Groups), string.Concat(m.Resources), string.Concat(m.ResourceNames), string.Concat(m.NonResourceUrls)))
                .Select(same => same.First() with { Verbs = [.. same.SelectMany(m => m.Verbs).Distinct()] }),
        ];
    }
}
