using System.Text.Json;
using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Kube.ApiServer.Authentication.ServiceAccounts;

/// <summary>
/// Signs and verifies the tokens of service accounts: JSON web tokens whose claim <c>kubernetes.io</c> names the account and the object it is bound to.
/// A token dies with either of them. See https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens.
/// </summary>
internal sealed class ServiceAccountTokens(ServiceAccountKey key, IObjectStore store, ApiServerOptions options, TimeProvider time) : IAudienceTokenAuthenticator
{
    public const string SecretType = "kubernetes.io/service-account-token";
    private const string PrivateClaim = "kubernetes.io";

    // What is bound to an object that is ending works a little longer, so that it can end in order.
    private static readonly TimeSpan EndingLeeway = TimeSpan.FromMinutes(1);
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, SetDefaultTimesOnTokenCreation = false };

    /// <summary>Signs a token.</summary>
    /// <param name="ns">The account's namespace.</param>
    /// <param name="account">The account.</param>
    /// <param name="bound">Objects it is bound to or names, as they go into the claim: <c>pod</c>, <c>node</c>, <c>secret</c> with name and uid.</param>
    /// <param name="audiences">Whom it is for.</param>
    /// <param name="expires">Its end; null for a token kept in a Secret, which lives as long as the Secret.</param>
    public string Sign(string ns, BoundObject account, IReadOnlyDictionary<string, BoundObject> bound, IReadOnlyList<string> audiences, DateTimeOffset? expires)
    {
        var now = time.GetUtcNow();
        var claim = new JsonObject { ["namespace"] = ns, ["serviceaccount"] = account.ToJson() };
        foreach (var (kind, value) in bound)
            claim[kind] = value.ToJson();
        var payload = new JsonObject
        {
            ["aud"] = new JsonArray([.. audiences.Select(a => (JsonNode)a)]),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = options.ServiceAccountIssuer,
            ["jti"] = Guid.NewGuid().ToString(),
            [PrivateClaim] = claim,
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = ServiceAccountIdentity.UserName(ns, account.Name),
        };
        if (expires is { } end)
            payload["exp"] = end.ToUnixTimeSeconds();
        return _handler.CreateToken(payload.ToJsonString(), key.Signing);
    }

    public ValueTask<UserInfo?> AuthenticateAsync(string bearerToken, CancellationToken cancellationToken) => AuthenticateAsync(bearerToken, options.ApiAudiences, cancellationToken);

    public async ValueTask<UserInfo?> AuthenticateAsync(string bearerToken, IReadOnlyCollection<string> audiences, CancellationToken cancellationToken)
    {
        if (!_handler.CanReadToken(bearerToken))
            return null;
        JsonWebToken token;
        try
        {
            token = _handler.ReadJsonWebToken(bearerToken);
            if (token.Issuer != options.ServiceAccountIssuer)
                return null;
        }
        catch (ArgumentException)
        {
            return null;
        }

        var result = await _handler.ValidateTokenAsync(token, Parameters(audiences)).ConfigureAwait(false);
        if (!result.IsValid || !token.TryGetPayloadValue<JsonElement>(PrivateClaim, out var claim) || claim.ValueKind != JsonValueKind.Object)
            return null;
        return UserOf(token, JsonObject.Create(claim)!, bearerToken);
    }

    private TokenValidationParameters Parameters(IReadOnlyCollection<string> audiences) => new()
    {
        IssuerSigningKey = key.Key,
        // The key decides the algorithm, never the token.
        ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
        ValidIssuer = options.ServiceAccountIssuer,
        ValidAudiences = audiences,
        LifetimeValidator = (notBefore, expires, _, _) => (notBefore is null || notBefore <= time.GetUtcNow().UtcDateTime) && (expires is null || expires > time.GetUtcNow().UtcDateTime),
        RequireExpirationTime = false,
    };

    private UserInfo? UserOf(JsonWebToken token, JsonObject claim, string bearer)
    {
        var ns = claim.Text("namespace") ?? "";
        if (BoundObject.Read(claim, "serviceaccount") is not { } account || token.Subject != ServiceAccountIdentity.UserName(ns, account.Name))
            return null;
        if (!IsAlive("serviceaccounts", ns, account))
            return null;
        var (pod, node, secret) = (BoundObject.Read(claim, "pod"), BoundObject.Read(claim, "node"), BoundObject.Read(claim, "secret"));
        if (pod is not null && !IsAlive("pods", ns, pod))
            return null;
        // A node beside a pod is for information; a node alone is what the token is bound to.
        if (pod is null && node is not null && !IsAlive("nodes", "", node))
            return null;
        if (secret is not null && !IsAlive("secrets", ns, secret))
            return null;
        if (token.ValidTo == DateTime.MinValue && (secret is null || !IsKeptIn(secret, ns, bearer)))
            return null;
        var extra = new Dictionary<string, string[]>(StringComparer.Ordinal) { [ServiceAccountIdentity.CredentialId] = [$"JTI={token.Id}"] };
        Add(pod, ServiceAccountIdentity.PodName, ServiceAccountIdentity.PodUid);
        Add(node, ServiceAccountIdentity.NodeName, ServiceAccountIdentity.NodeUid);
        return new UserInfo(token.Subject, account.Uid, [ServiceAccountIdentity.Group, ServiceAccountIdentity.GroupOf(ns), "system:authenticated"], extra);

        void Add(BoundObject? item, string nameKey, string uidKey)
        {
            if (item is null)
                return;
            extra[nameKey] = [item.Name];
            if (item.Uid.Length > 0)
                extra[uidKey] = [item.Uid];
        }
    }

    private bool IsAlive(string resource, string ns, BoundObject item)
    {
        if (store.Get(new ObjectKey(resource, ns, item.Name)) is not { } stored || FieldReader.Text(stored.Json, "metadata.uid") != item.Uid)
            return false;
        return FieldReader.Text(stored.Json, "metadata.deletionTimestamp") is not { } ending
            || !DateTimeOffset.TryParse(ending, System.Globalization.CultureInfo.InvariantCulture, out var end) || end + EndingLeeway > time.GetUtcNow();
    }

    private bool IsKeptIn(BoundObject secret, string ns, string bearer)
    {
        if (store.Get(new ObjectKey("secrets", ns, secret.Name)) is not { } stored)
            return false;
        var document = DocumentReader.Read(stored.Json.Span);
        return document.Text("type") == SecretType && document.Object("data").Text("token") == Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(bearer));
    }
}
