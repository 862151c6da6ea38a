using System.Text.Json.Nodes;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>Roles, bindings, escalation and impersonation as the real kubectl sees them.</summary>
public sealed class RbacTests : IAsyncLifetime
{
    private ApiServerFixture _server = null!;
    private string _jane = "";

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        _jane = _server.WriteKubeconfig("jane", "jane", ["team-a"]);
        await Ok("create", "namespace", "a");
        await Ok("create", "namespace", "b");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_role_counts_from_the_moment_it_is_bound_until_it_is_not()
    {
        Assert.Equal("no", await CanI("list", "pods", "-n", "a"));
        await Ok("create", "role", "reader", "--verb=get,list,watch", "--resource=pods,pods/log", "-n", "a");
        await Ok("create", "rolebinding", "jane-reads", "--role=reader", "--user=jane", "-n", "a");
        Assert.Equal("yes", await CanI("list", "pods", "-n", "a"));
        Assert.Equal("yes", await CanI("get", "pods", "--subresource=log", "-n", "a"));
        Assert.Equal("no", await CanI("get", "pods", "--subresource=exec", "-n", "a"));
        Assert.Equal("no", await CanI("list", "pods", "-n", "b"));
        Assert.Equal("no", await CanI("delete", "pods", "-n", "a"));
        Assert.Equal(0, (await Jane("get", "pods", "-n", "a")).ExitCode);
        await Ok("delete", "rolebinding", "jane-reads", "-n", "a");
        var refused = await Jane("get", "pods", "-n", "a");
        Assert.Contains("pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"a\"", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_paths_groups_and_wildcards_are_told_apart()
    {
        await Apply("""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: { name: mixed }
            rules:
            - { apiGroups: [""], resources: [configmaps], resourceNames: [one], verbs: [get, update] }
            - { apiGroups: ["apps"], resources: ["*/scale"], verbs: ["*"] }
            - { nonResourceURLs: ["/metrics", "/debug/*"], verbs: [get] }
            """);
        await Ok("create", "clusterrolebinding", "mixed", "--clusterrole=mixed", "--group=team-a");
        Assert.Equal("yes", await CanI("get", "configmaps/one", "-n", "b"));
        Assert.Equal("no", await CanI("get", "configmaps/two", "-n", "b"));
        Assert.Equal("no", await CanI("list", "configmaps", "-n", "b"));
        Assert.Equal("yes", await CanI("update", "deployments", "--subresource=scale", "-n", "b"));
        Assert.Equal("no", await CanI("update", "deployments", "-n", "b"));
        Assert.Equal("yes", await CanI("get", "/debug/anything"));
        Assert.Equal("no", await CanI("get", "/metricsx"));
        var list = await Jane("auth", "can-i", "--list", "-n", "b");
        Assert.Equal(0, list.ExitCode);
        Assert.Contains("configmaps", list.Output, StringComparison.Ordinal);
        Assert.Contains("[/debug/*]", list.Output, StringComparison.Ordinal);
        Assert.Contains("selfsubjectaccessreviews.authorization.k8s.io", list.Output, StringComparison.Ordinal);
        Assert.Contains("team-a", (await Jane("auth", "whoami")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_roles_of_Kubernetes_are_there_and_gather_what_carries_their_label()
    {
        foreach (var role in (string[])["cluster-admin", "admin", "edit", "view", "system:basic-user", "system:discovery", "system:public-info-viewer", "system:node"])
            Assert.Contains("true", (await Ok("get", "clusterrole", role, "-o", "jsonpath={.metadata.annotations.rbac\\.authorization\\.kubernetes\\.io/autoupdate}")).Output, StringComparison.Ordinal);
        await Ok("create", "rolebinding", "view", "--clusterrole=view", "--user=jane", "-n", "a");
        await Ok("create", "rolebinding", "admin", "--clusterrole=admin", "--user=jane", "-n", "b");
        Assert.Equal("yes", await CanI("list", "deployments", "-n", "a"));
        Assert.Equal("no", await CanI("get", "secrets", "-n", "a"));
        Assert.Equal("no", await CanI("delete", "deployments", "-n", "a"));
        Assert.Equal("yes", await CanI("delete", "deployments", "-n", "b"));
        Assert.Equal("yes", await CanI("create", "rolebindings", "-n", "b"));
        Assert.Equal("yes", await CanI("create", "serviceaccounts", "--subresource=token", "-n", "b"));

        Assert.Equal("no", await CanI("list", "leases.coordination.k8s.io", "-n", "a"));
        await Apply("""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: { name: leases, labels: { rbac.authorization.k8s.io/aggregate-to-view: "true" } }
            rules: [ { apiGroups: [coordination.k8s.io], resources: [leases], verbs: [list] } ]
            """);
        await Testing.Eventually.Async("the rule in the role view", async () => (await Ok("get", "clusterrole", "view", "-o", "json")).Output, role => role.Contains("coordination.k8s.io", StringComparison.Ordinal));
        Assert.Equal("yes", await CanI("list", "leases.coordination.k8s.io", "-n", "a"));
    }

    [Fact]
    public async Task Nobody_gives_away_what_he_does_not_have()
    {
        await Ok("create", "role", "roles", "--verb=get,create,update,patch,delete", "--resource=roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io", "-n", "a");
        await Ok("create", "role", "reader", "--verb=get,list", "--resource=pods", "-n", "a");
        foreach (var role in (string[])["roles", "reader"])
            await Ok("create", "rolebinding", role, "--role=" + role, "--user=jane", "-n", "a");

        // What she has she may give.
        Assert.Equal(0, (await Jane("create", "role", "less", "--verb=get", "--resource=pods", "-n", "a")).ExitCode);
        Assert.Equal(0, (await Jane("create", "rolebinding", "less", "--role=less", "--user=joe", "-n", "a")).ExitCode);

        var more = await Jane("create", "role", "more", "--verb=get,delete", "--resource=pods", "-n", "a");
        Assert.Contains("roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"jane\" (groups=[\"team-a\" \"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"delete\"]}", more.Error, StringComparison.Ordinal);
        Assert.Contains("not currently held", (await Jane("create", "rolebinding", "all", "--clusterrole=cluster-admin", "--user=jane", "-n", "a")).Error, StringComparison.Ordinal);
        Assert.Contains("not currently held", (await Jane("patch", "role", "less", "-n", "a", "--type=json", "-p", """[{"op":"add","path":"/rules/0/verbs/-","value":"*"}]""")).Error, StringComparison.Ordinal);

        // Unless she may bind just this one, or write any role.
        await Ok("create", "role", "binder", "--verb=bind", "--resource=clusterroles.rbac.authorization.k8s.io", "--resource-name=view", "-n", "a");
        await Ok("create", "rolebinding", "binder", "--role=binder", "--user=jane", "-n", "a");
        Assert.Equal(0, (await Jane("create", "rolebinding", "joe-views", "--clusterrole=view", "--user=joe", "-n", "a")).ExitCode);
        Assert.NotEqual(0, (await Jane("create", "rolebinding", "joe-edits", "--clusterrole=edit", "--user=joe", "-n", "a")).ExitCode);
        await Ok("create", "role", "escalator", "--verb=escalate", "--resource=roles.rbac.authorization.k8s.io", "-n", "a");
        await Ok("create", "rolebinding", "escalator", "--role=escalator", "--user=jane", "-n", "a");
        Assert.Equal(0, (await Jane("create", "role", "more", "--verb=get,delete", "--resource=pods", "-n", "a")).ExitCode);
    }

    [Fact]
    public async Task Acting_as_somebody_needs_the_right_to_and_gives_exactly_his_rights()
    {
        await Ok("create", "rolebinding", "view", "--clusterrole=view", "--user=joe", "-n", "a");
        Assert.Equal("yes", (await Ok("auth", "can-i", "list", "pods", "-n", "a", "--as=joe")).Output.Trim());
        Assert.Equal("no", (await _server.KubectlAsync("auth", "can-i", "list", "secrets", "-n", "a", "--as=joe")).Output.Trim());
        Assert.Contains("system:serviceaccounts:a", (await Ok("auth", "whoami", "--as=system:serviceaccount:a:robot")).Output, StringComparison.Ordinal);

        Assert.Contains("users \"joe\" is forbidden: User \"jane\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope", (await Jane("get", "pods", "-n", "a", "--as=joe")).Error, StringComparison.Ordinal);
        await Ok("create", "clusterrole", "as-joe", "--verb=impersonate", "--resource=users", "--resource-name=joe");
        await Ok("create", "clusterrolebinding", "as-joe", "--clusterrole=as-joe", "--user=jane");
        Assert.Equal(0, (await Jane("get", "pods", "-n", "a", "--as=joe")).ExitCode);
        Assert.NotEqual(0, (await Jane("get", "pods", "-n", "a", "--as=joe", "--as-group=system:masters")).ExitCode);
        Assert.NotEqual(0, (await Jane("get", "pods", "-n", "a", "--as=ann")).ExitCode);
    }

    [Fact]
    public async Task Reconcile_adds_what_is_missing_and_a_review_answers_for_others()
    {
        var file = Path.Combine(_server.Directory, "rbac.yaml");
        await File.WriteAllTextAsync(file, """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: { name: kept, namespace: a }
            rules: [ { apiGroups: [""], resources: [services], verbs: [get, list] } ]
            """);
        await Ok("create", "role", "kept", "--verb=get", "--resource=services", "-n", "a");
        await Ok("auth", "reconcile", "-f", file);
        Assert.Contains("list", (await Ok("get", "role", "kept", "-n", "a", "-o", "jsonpath={.rules}")).Output, StringComparison.Ordinal);
        await Ok("create", "rolebinding", "kept", "--role=kept", "--serviceaccount=b:robot", "-n", "a");
        var review = await _server.KubectlWithAsync(_server.AdminKubeconfig, """
            {"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","spec":{"user":"system:serviceaccount:b:robot","resourceAttributes":{"namespace":"a","verb":"list","resource":"services"}}}
            """, "create", "--validate=false", "-o", "json", "-f", "-");
        var status = JsonNode.Parse(review.Succeeded)!["status"]!;
        Assert.True((bool)status["allowed"]!);
        Assert.Equal("RBAC: allowed by RoleBinding \"kept/a\" of Role \"kept\" to ServiceAccount \"robot/b\"", (string?)status["reason"]);
    }

    private Task<KubectlResult> Jane(params string[] arguments) => _server.KubectlWithAsync(_jane, null, arguments);

    private async Task<string> CanI(params string[] arguments) => (await Jane(["auth", "can-i", .. arguments])).Output.Trim();

    private async Task Apply(string manifest)
    {
        var result = await _server.KubectlWithAsync(_server.AdminKubeconfig, manifest, "apply", "-f", "-");
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private async Task<KubectlResult> Ok(params string[] arguments)
    {
        var result = await _server.KubectlAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
