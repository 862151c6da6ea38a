using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Storage;
using Kube.ApiServer.Watch;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Authorization.Rbac;

/// <summary>Roles by name and bindings by subject, as new as the store. A question costs one look-up a subject (the user and each group), never a scan.</summary>
internal sealed class RbacIndex : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ResourceMirror[] _mirrors;
    private readonly Dictionary<ObjectKey, ImmutableArray<string>> _subjects = [];
    private ImmutableDictionary<(string Namespace, string Name), ImmutableArray<PolicyRule>> _roles = ImmutableDictionary<(string, string), ImmutableArray<PolicyRule>>.Empty;
    private ImmutableDictionary<(string Namespace, string Subject), ImmutableDictionary<string, RoleGrant>> _grants = ImmutableDictionary<(string, string), ImmutableDictionary<string, RoleGrant>>.Empty;

    public RbacIndex(IObjectStore store)
    {
        _mirrors =
        [
            new(store, "roles.rbac.authorization.k8s.io", () => ClearRoles(cluster: false), PutRole, RemoveRole),
            new(store, "clusterroles.rbac.authorization.k8s.io", () => ClearRoles(cluster: true), PutRole, RemoveRole),
            new(store, "rolebindings.rbac.authorization.k8s.io", () => ClearBindings(cluster: false), PutBinding, RemoveBinding),
            new(store, "clusterrolebindings.rbac.authorization.k8s.io", () => ClearBindings(cluster: true), PutBinding, RemoveBinding),
        ];
    }

    public void Dispose()
    {
        foreach (var mirror in _mirrors)
            mirror.Dispose();
    }

    /// <summary>Every rule a user has, with the grant it comes from: those of the whole cluster and, when a namespace is given, those of the namespace.</summary>
    public IEnumerable<(RoleGrant Grant, PolicyRule Rule)> RulesOf(UserInfo user, string ns)
    {
        lock (_lock)
        {
            foreach (var mirror in _mirrors)
                mirror.CatchUp();
        }

        return Enumerate(_roles, _grants, user, ns);
    }

    /// <summary>The rules of a role; null when there is no such role.</summary>
    public IReadOnlyList<PolicyRule>? RulesOf(string ns, string roleKind, string roleName)
    {
        lock (_lock)
        {
            foreach (var mirror in _mirrors)
                mirror.CatchUp();
            return _roles.TryGetValue((roleKind == "ClusterRole" ? "" : ns, roleName), out var rules) ? rules : null;
        }
    }

    private static IEnumerable<(RoleGrant Grant, PolicyRule Rule)> Enumerate(
        ImmutableDictionary<(string Namespace, string Name), ImmutableArray<PolicyRule>> roles,
        ImmutableDictionary<(string Namespace, string Subject), ImmutableDictionary<string, RoleGrant>> grants,
        UserInfo user,
        string ns)
    {
        foreach (var place in ns.Length == 0 ? (string[])[""] : ["", ns])
        {
            foreach (var subject in SubjectsOf(user))
            {
                if (!grants.TryGetValue((place, subject), out var given))
                    continue;
                foreach (var grant in given.Values)
                {
                    if (!roles.TryGetValue(grant.Role, out var rules))
                        continue;
                    foreach (var rule in rules)
                        yield return (grant, rule);
                }
            }
        }
    }

    private static IEnumerable<string> SubjectsOf(UserInfo user)
    {
        yield return "User/" + user.Name;
        foreach (var group in user.Groups)
            yield return "Group/" + group;
    }

    private void ClearRoles(bool cluster) => _roles = _roles.RemoveRange(_roles.Keys.Where(k => k.Namespace.Length == 0 == cluster));

    private void PutRole(StoredObject stored) =>
        _roles = _roles.SetItem((stored.Key.Namespace, stored.Key.Name), [.. DocumentReader.Read(stored.Json.Span).Objects("rules").Select(PolicyRule.Read)]);

    private void RemoveRole(StoredObject stored) => _roles = _roles.Remove((stored.Key.Namespace, stored.Key.Name));

    private void ClearBindings(bool cluster)
    {
        _grants = _grants.RemoveRange(_grants.Keys.Where(k => k.Namespace.Length == 0 == cluster));
        foreach (var key in _subjects.Keys.Where(k => k.Namespace.Length == 0 == cluster).ToArray())
            _subjects.Remove(key);
    }

    private void PutBinding(StoredObject stored)
    {
        RemoveBinding(stored);
        var document = DocumentReader.Read(stored.Json.Span);
        var role = document.Object("roleRef");
        var subjects = ImmutableArray.CreateBuilder<string>();
        foreach (var subject in document.Objects("subjects"))
        {
            if (SubjectKey(subject, stored.Key.Namespace) is not { } key)
                continue;
            subjects.Add(key);
            var grant = new RoleGrant(stored.Key.Namespace, stored.Key.Name, role.Text("kind") ?? "", role.Text("name") ?? "", Describe(subject, stored.Key.Namespace));
            var given = _grants.GetValueOrDefault((stored.Key.Namespace, key), ImmutableDictionary<string, RoleGrant>.Empty);
            _grants = _grants.SetItem((stored.Key.Namespace, key), given.SetItem(stored.Key.Name, grant));
        }

        _subjects[stored.Key] = subjects.ToImmutable();
    }

    private void RemoveBinding(StoredObject stored)
    {
        if (!_subjects.Remove(stored.Key, out var subjects))
            return;
        foreach (var subject in subjects)
        {
            var key = (stored.Key.Namespace, subject);
            var left = _grants.GetValueOrDefault(key, ImmutableDictionary<string, RoleGrant>.Empty).Remove(stored.Key.Name);
            _grants = left.IsEmpty ? _grants.Remove(key) : _grants.SetItem(key, left);
        }
    }

    private static string? SubjectKey(JsonObject subject, string bindingNamespace) => subject.Text("kind") switch
    {
        "User" => "User/" + subject.Text("name"),
        "Group" => "Group/" + subject.Text("name"),
        // A service account is a user too; a binding in a namespace may leave the namespace out.
        "ServiceAccount" => $"User/{ServiceAccountIdentity.UserPrefix}{NamespaceOf(subject, bindingNamespace)}:{subject.Text("name")}",
        _ => null,
    };

    private static string Describe(JsonObject subject, string bindingNamespace) => subject.Text("kind") == "ServiceAccount"
        ? $"ServiceAccount \"{subject.Text("name")}/{NamespaceOf(subject, bindingNamespace)}\""
        : $"{subject.Text("kind")} \"{subject.Text("name")}\"";

    private static string NamespaceOf(JsonObject subject, string bindingNamespace) => subject.Text("namespace") is { Length: > 0 } ns ? ns : bindingNamespace;
}
