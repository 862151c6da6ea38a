using Kube.ApiServer.Authorization;
using Kube.ApiServer.Http;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Authentication;

/// <summary>
/// Acting as somebody else by <c>Impersonate-User</c>, <c>-Group</c>, <c>-Uid</c> and <c>-Extra-KEY</c>; each needs the verb <c>impersonate</c>.
/// See https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation.
/// </summary>
internal sealed class Impersonation(AuthorizerChain authorizers)
{
    private const string UserHeader = "Impersonate-User";
    private const string GroupHeader = "Impersonate-Group";
    private const string UidHeader = "Impersonate-Uid";
    private const string ExtraPrefix = "Impersonate-Extra-";
    private const string AuthenticationGroup = "authentication.k8s.io";

    /// <summary>The user the request is to be decided for: the one asked for, or the one who asks.</summary>
    /// <exception cref="ApiStatusException">He may not, or the headers make no sense.</exception>
    public async ValueTask<UserInfo> ApplyAsync(IHeaderDictionary headers, UserInfo user, CancellationToken cancellationToken)
    {
        var name = headers[UserHeader].ToString();
        if (name.Length == 0 && !headers.Keys.Any(k => k.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase)))
            return user;
        if (name.Length == 0)
            throw Refusal.BadRequest("groups, uid or extra were requested without impersonating a user");
        var groups = headers[GroupHeader].Where(g => !string.IsNullOrEmpty(g)).Select(g => g!).ToList();
        var uid = headers[UidHeader].ToString();
        var extra = Extra(headers);
        await CheckAsync(user, name, groups, uid, extra, cancellationToken).ConfigureAwait(false);
        if (ServiceAccountIdentity.AccountOf(name) is { } account && groups.Count == 0)
            groups.AddRange([ServiceAccountIdentity.Group, ServiceAccountIdentity.GroupOf(account.Namespace)]);
        var standing = name == UserInfo.Anonymous.Name ? "system:unauthenticated" : "system:authenticated";
        if (!groups.Contains(standing))
            groups.Add(standing);
        return new UserInfo(name, uid, groups, extra);
    }

    private async ValueTask CheckAsync(UserInfo user, string name, List<string> groups, string uid, Dictionary<string, string[]> extra, CancellationToken cancellationToken)
    {
        if (ServiceAccountIdentity.AccountOf(name) is { } account)
            await RequireAsync(user, "", "serviceaccounts", "", account.Namespace, account.Name, cancellationToken).ConfigureAwait(false);
        else
            await RequireAsync(user, "", "users", "", "", name, cancellationToken).ConfigureAwait(false);
        foreach (var group in groups)
        {
            await RequireAsync(user, "", "groups", "", "", group, cancellationToken).ConfigureAwait(false);
            // Acting for somebody must never give more than the one who acts has: this group is above RBAC.
            if (group == MastersAuthorizer.Group && !await HoldsEverythingAsync(user, cancellationToken).ConfigureAwait(false))
                throw Refuse(user, "", "groups", "", "", group);
        }

        if (uid.Length > 0)
            await RequireAsync(user, AuthenticationGroup, "uids", "", "", uid, cancellationToken).ConfigureAwait(false);
        foreach (var (key, values) in extra)
        {
            foreach (var value in values)
                await RequireAsync(user, AuthenticationGroup, "userextras", key, "", value, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> HoldsEverythingAsync(UserInfo user, CancellationToken cancellationToken) =>
        (await authorizers.AuthorizeAsync(new AuthorizationAttributes(user, "*", "*", "*", "", "", "", ""), cancellationToken).ConfigureAwait(false)).Verdict == AuthorizationVerdict.Allow;

    private async ValueTask RequireAsync(UserInfo user, string group, string resource, string subresource, string ns, string name, CancellationToken cancellationToken)
    {
        var attributes = new AuthorizationAttributes(user, "impersonate", group, resource, subresource, ns, name, "");
        if ((await authorizers.AuthorizeAsync(attributes, cancellationToken).ConfigureAwait(false)).Verdict != AuthorizationVerdict.Allow)
            throw Refuse(user, group, resource, subresource, ns, name);
    }

    private static ApiStatusException Refuse(UserInfo user, string group, string resource, string subresource, string ns, string name) =>
        Refusal.Forbidden(new(group, resource), name, AuthorizerChain.Describe(new AuthorizationAttributes(user, "impersonate", group, resource, subresource, ns, name, ""), ""));

    private static Dictionary<string, string[]> Extra(IHeaderDictionary headers)
    {
        var extra = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (header, values) in headers)
        {
            if (!header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
                continue;
            // Keys may hold characters that header names may not: they come percent-encoded, and in any case.
            var key = Uri.UnescapeDataString(header[ExtraPrefix.Length..]).ToLowerInvariant();
            extra[key] = [.. extra.GetValueOrDefault(key, []), .. values.Where(v => v is not null).Select(v => v!)];
        }

        return extra;
    }
}
