using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Authorization.Rbac;
using Xunit;

namespace Kube.Tests.Authorization;

public sealed class PolicyRuleTests
{
    private static readonly UserInfo Jane = new("jane", "", ["dev"], UserInfo.NoExtra);

    [Theory]
    [InlineData("pods", "pods", "", true)]
    [InlineData("pods", "pods", "log", false)]
    [InlineData("pods/log", "pods", "log", true)]
    [InlineData("pods/log", "pods", "", false)]
    [InlineData("*", "pods", "exec", true)]
    [InlineData("*/scale", "deployments", "scale", true)]
    [InlineData("*/scale", "deployments", "status", false)]
    [InlineData("*/scale", "scale", "", false)]
    [InlineData("pods/*", "pods", "log", false)]
    public void A_resource_and_its_subresources_are_different_things(string granted, string resource, string subresource, bool allowed) =>
        Assert.Equal(allowed, new PolicyRule([""], [granted], ["get"]).Allows(new AuthorizationAttributes(Jane, "get", "", resource, subresource, "a", "x", "")));

    [Theory]
    [InlineData("/metrics", "/metrics", true)]
    [InlineData("/metrics", "/metrics/slis", false)]
    [InlineData("/metrics/*", "/metrics/slis", true)]
    [InlineData("/metrics/*", "/metrics", false)]
    [InlineData("*", "/anything", true)]
    public void Paths_match_whole_or_by_their_beginning(string granted, string path, bool allowed) =>
        Assert.Equal(allowed, PolicyRule.OfPaths(["get"], granted).Allows(new AuthorizationAttributes(Jane, "get", "", "", "", "", "", path)));

    [Fact]
    public void A_rule_with_names_never_covers_a_list()
    {
        var rule = new PolicyRule([""], ["secrets"], ["*"]) { ResourceNames = ["one"] };
        Assert.True(rule.Allows(new AuthorizationAttributes(Jane, "get", "", "secrets", "", "a", "one", "")));
        Assert.False(rule.Allows(new AuthorizationAttributes(Jane, "list", "", "secrets", "", "a", "", "")));
        Assert.Single(RuleCoverage.Missing([rule], [new PolicyRule([""], ["secrets"], ["get"])]));
        Assert.Empty(RuleCoverage.Missing([rule], [new PolicyRule([""], ["secrets"], ["get", "delete"]) { ResourceNames = ["one"] }]));
    }

    [Fact]
    public void What_is_missing_is_told_resource_by_resource()
    {
        PolicyRule[] held = [new(["", "apps"], ["pods", "deployments"], ["get"])];
        var missing = RuleCoverage.Missing(held, [new PolicyRule(["apps"], ["deployments", "replicasets"], ["get", "delete"])]);
        Assert.Equal(
            ["{APIGroups:[\"apps\"], Resources:[\"deployments\"], Verbs:[\"delete\"]}", "{APIGroups:[\"apps\"], Resources:[\"replicasets\"], Verbs:[\"get\" \"delete\"]}"],
            missing.Select(m => m.ToString()).Order(StringComparer.Ordinal));
        Assert.Empty(RuleCoverage.Missing([new PolicyRule(["*"], ["*"], ["*"]), PolicyRule.OfPaths(["*"], "*")], [.. missing, PolicyRule.OfPaths(["get"], "/x")]));
    }
}
