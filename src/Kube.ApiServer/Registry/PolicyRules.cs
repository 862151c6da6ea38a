using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>The rules of roles and of what binds them.</summary>
internal static class PolicyRules
{
    private const string Group = "rbac.authorization.k8s.io";

    public static void Rules(JsonObject role, bool namespaced, FieldErrors errors)
    {
        var i = 0;
        foreach (var rule in role.Objects("rules"))
        {
            var at = $"rules[{i++}]";
            if (rule.Array("verbs") is not { Count: > 0 })
                errors.Required($"{at}.verbs", "verbs must contain at least one value");
            if (rule.Array("nonResourceURLs") is { Count: > 0 })
            {
                if (namespaced)
                    errors.Invalid($"{at}.nonResourceURLs", string.Join(' ', rule.Texts("nonResourceURLs")), "namespaced rules cannot apply to non-resource URLs");
                if (rule.Array("apiGroups") is { Count: > 0 } || rule.Array("resources") is { Count: > 0 } || rule.Array("resourceNames") is { Count: > 0 })
                    errors.Invalid($"{at}.nonResourceURLs", string.Join(' ', rule.Texts("nonResourceURLs")), "rules cannot apply to both regular resources and non-resource URLs");
                continue;
            }

            if (rule.Array("apiGroups") is not { Count: > 0 })
                errors.Required($"{at}.apiGroups", "resource rules must supply at least one api group");
            if (rule.Array("resources") is not { Count: > 0 })
                errors.Required($"{at}.resources", "resource rules must supply at least one resource");
        }
    }

    public static void Default(JsonObject binding)
    {
        if (binding.Object("roleRef") is { } role && string.IsNullOrEmpty(role.Text("apiGroup")))
            role["apiGroup"] = Group;
        foreach (var subject in binding.Objects("subjects").Where(s => s.Text("kind") is "User" or "Group"))
            subject.SetDefault("apiGroup", Group);
    }

    public static void Binding(JsonObject binding, string[] roleKinds, FieldErrors errors)
    {
        var role = binding.Object("roleRef");
        errors.OneOf("roleRef.apiGroup", role.Text("apiGroup") ?? "", Group);
        errors.OneOf("roleRef.kind", role.Text("kind") ?? "", roleKinds);
        if (role.Text("name") is not { Length: > 0 } name)
            errors.Required("roleRef.name");
        else
            errors.Check("roleRef.name", name, NameRules.PathSegment(name));
        var i = 0;
        foreach (var subject in binding.Objects("subjects"))
            Subject(subject, $"subjects[{i++}]", errors);
    }

    public static void BindingUpdate(JsonObject binding, JsonObject old, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(binding["roleRef"], old["roleRef"]))
            errors.Invalid("roleRef", binding.Object("roleRef").Text("name"), "cannot change roleRef");
    }

    private static void Subject(JsonObject subject, string at, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(subject.Text("name")))
            errors.Required($"{at}.name");
        switch (subject.Text("kind"))
        {
            case "ServiceAccount":
                if (subject.Text("name") is { Length: > 0 } name)
                    errors.Check($"{at}.name", name, NameRules.Subdomain(name));
                if (!string.IsNullOrEmpty(subject.Text("apiGroup")))
                    errors.NotSupported($"{at}.apiGroup", subject.Text("apiGroup"), "");
                if (string.IsNullOrEmpty(subject.Text("namespace")))
                    errors.Required($"{at}.namespace");
                break;
            case "User" or "Group":
                errors.OneOf($"{at}.apiGroup", subject.Text("apiGroup") ?? "", Group);
                break;
            default:
                errors.NotSupported($"{at}.kind", subject.Text("kind"), "ServiceAccount", "User", "Group");
                break;
        }
    }

    /// <summary>The subjects of one kind as <c>kubectl get -o wide</c> lists them.</summary>
    public static string Subjects(JsonObject binding, string kind) =>
        string.Join(", ", binding.Objects("subjects").Where(s => s.Text("kind") == kind).Select(s => kind == "ServiceAccount" ? $"{s.Text("namespace")}/{s.Text("name")}" : s.Text("name")));
}
