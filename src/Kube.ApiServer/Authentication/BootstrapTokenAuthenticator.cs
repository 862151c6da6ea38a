using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Authentication;

/// <summary>
/// One-time tokens with which nodes join: <c>ID.SECRET</c>, kept as Secrets of type <c>bootstrap.kubernetes.io/token</c> in kube-system.
/// See https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/.
/// </summary>
internal sealed class BootstrapTokenAuthenticator(IObjectStore store, TimeProvider time) : ITokenAuthenticator
{
    public const string UserPrefix = "system:bootstrap:";
    public const string Group = "system:bootstrappers";
    private const string SecretType = "bootstrap.kubernetes.io/token";

    public static ObjectKey KeyOf(string id) => new("secrets", "kube-system", "bootstrap-token-" + id);

    public ValueTask<UserInfo?> AuthenticateAsync(string bearerToken, CancellationToken cancellationToken)
    {
        var dot = bearerToken.IndexOf('.', StringComparison.Ordinal);
        if (dot is < 1 or > 32 || bearerToken.Length > 128)
            return ValueTask.FromResult<UserInfo?>(null);
        var id = bearerToken[..dot];
        if (NameRules.Label(id) is not null || store.Get(KeyOf(id)) is not { } stored)
            return ValueTask.FromResult<UserInfo?>(null);
        var secret = DocumentReader.Read(stored.Json.Span);
        return ValueTask.FromResult(IsValid(secret, id, bearerToken[(dot + 1)..]) ? new UserInfo(UserPrefix + id, "", [Group], UserInfo.NoExtra) : null);
    }

    private bool IsValid(JsonObject secret, string id, string token)
    {
        if (secret.Text("type") != SecretType || secret.Object("metadata")?["deletionTimestamp"] is not null)
            return false;
        var data = secret.Object("data");
        if (Value(data, "token-id") != id || Value(data, "usage-bootstrap-authentication") != "true")
            return false;
        var expected = Encoding.UTF8.GetBytes(Value(data, "token-secret"));
        if (expected.Length < 16 || !CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(token)))
            return false;
        var expiration = Value(data, "expiration");
        return expiration.Length == 0
            || (DateTimeOffset.TryParse(expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) && end > time.GetUtcNow());
    }

    private static string Value(JsonObject? data, string key)
    {
        var text = data.Text(key);
        return string.IsNullOrEmpty(text) ? "" : Encoding.UTF8.GetString(Convert.FromBase64String(text));
    }
}
