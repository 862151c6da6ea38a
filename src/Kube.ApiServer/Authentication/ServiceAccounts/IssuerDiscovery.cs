using Kube.ApiServer.Http;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Authentication.ServiceAccounts;

/// <summary>
/// Lets others verify service-account tokens: the issuer's discovery document and its public key.
/// See https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery.
/// </summary>
internal sealed class IssuerDiscovery(ServiceAccountKey key, ApiServerOptions options)
{
    public async Task<bool> TryHandleAsync(HttpContext http, string path)
    {
        switch (path)
        {
            case "/.well-known/openid-configuration":
                await Replies.JsonAsync(http, 200, Replies.Write(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("issuer", options.ServiceAccountIssuer);
                    writer.WriteString("jwks_uri", options.ServiceAccountIssuer.TrimEnd('/') + "/openid/v1/jwks");
                    foreach (var (name, value) in ((string, string)[])[("response_types_supported", "id_token"), ("subject_types_supported", "public"), ("id_token_signing_alg_values_supported", "RS256")])
                    {
                        writer.WriteStartArray(name);
                        writer.WriteStringValue(value);
                        writer.WriteEndArray();
                    }

                    writer.WriteEndObject();
                })).ConfigureAwait(false);
                return true;
            case "/openid/v1/jwks":
                await Replies.JsonAsync(http, 200, Replies.Write(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteStartArray("keys");
                    writer.WriteStartObject();
                    foreach (var (name, value) in ((string, string)[])[("use", "sig"), ("kty", "RSA"), ("kid", key.Key.KeyId), ("alg", "RS256"), ("n", key.Modulus), ("e", key.Exponent)])
                        writer.WriteString(name, value);
                    writer.WriteEndObject();
                    writer.WriteEndArray();
                    writer.WriteEndObject();
                }), "application/jwk-set+json").ConfigureAwait(false);
                return true;
            default:
                return false;
        }
    }
}
