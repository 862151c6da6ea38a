using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Certificates;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Authentication;

/// <summary>
/// Approves and signs the certificates of nodes. A bootstrap token buys exactly one client certificate: its Secret is deleted by compare-and-swap
/// before the signature, so of two requests with one token at most one is signed. A node may renew its own client certificate and ask for its serving certificate.
/// </summary>
internal sealed class CertificateSigner(ObjectRegistry registry, ResourceCatalog catalog, ApiServerOptions options, TimeProvider time, ILogger<CertificateSigner> logger) : BackgroundService
{
    private const string Resource = "certificatesigningrequests.certificates.k8s.io";
    private readonly Lazy<CertificateAuthority> _authority = new(() => CertificateAuthority.FromPem(File.ReadAllText(options.CaCertificatePath), File.ReadAllText(options.CaKeyPath), time));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var pending = registry.Store.List(Resource, null);
                foreach (var stored in pending.Items)
                    await DecideAsync(stored, stoppingToken).ConfigureAwait(false);
                using var watch = registry.Store.Watch(Resource, null, pending.Revision);
                while (true)
                {
                    foreach (var change in await watch.ReadAsync(TimeSpan.FromMinutes(1), stoppingToken).ConfigureAwait(false))
                    {
                        if (change.Object is { } stored)
                            await DecideAsync(stored, stoppingToken).ConfigureAwait(false);
                    }
                }
            }
            catch (ExpiredRevisionException)
            {
                // Fell behind: list again.
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (ApiStatusException e)
            {
                Log.SignerFailed(logger, e);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask DecideAsync(StoredObject stored, CancellationToken cancellationToken)
    {
        var document = DocumentReader.Read(stored.Json.Span);
        if (document.Object("status").Array("conditions") is { Count: > 0 } || !string.IsNullOrEmpty(document.Object("status").Text("certificate")))
            return;
        if (!NodeCertificateRequest.IsOurs(document))
            return;
        var requestor = document.Object("spec").Text("username") ?? "";
        try
        {
            var request = NodeCertificateRequest.Read(document);
            await SpendTokenAsync(request, cancellationToken).ConfigureAwait(false);
            var certificate = _authority.Value.SignRequest(request.Pem, NodeIdentity.UserPrefix + request.NodeName, [NodeIdentity.Group], request.Hosts, request.Lifetime ?? options.IssuedCertificateLifetime);
            await AnswerAsync(stored.Key, "Approved", "AutoApproved", "Portal signs certificates of its own nodes.", certificate, cancellationToken).ConfigureAwait(false);
            Log.CertificateSigned(logger, request.Signer, NodeIdentity.UserPrefix + request.NodeName, requestor, stored.Key.Name);
        }
        catch (CertificateRefusedException e)
        {
            Log.CertificateDenied(logger, stored.Key.Name, requestor, e.Message);
            await AnswerAsync(stored.Key, "Denied", "Refused", e.Message, null, cancellationToken).ConfigureAwait(false);
        }
        catch (CryptographicException)
        {
            await AnswerAsync(stored.Key, "Denied", "Malformed", "The request is no PKCS#10 certificate request, or its signature does not match its key.", null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask SpendTokenAsync(NodeCertificateRequest request, CancellationToken cancellationToken)
    {
        if (request.BootstrapId is not { } id)
            return;
        if (registry.Store.Get(new ObjectKey("nodes", "", request.NodeName)) is not null)
            throw new CertificateRefusedException($"A node named {request.NodeName} exists already; delete it first if it is to join anew.");
        var key = BootstrapTokenAuthenticator.KeyOf(id);
        var token = registry.Store.Get(key) ?? throw new CertificateRefusedException("The bootstrap token has been used or has gone.");
        var last = DocumentReader.Read(token.Json.Span);
        last.Object("metadata")!.Remove("resourceVersion");
        var result = await registry.Store.WriteAsync(new Write(WriteKind.Delete, key, token.Revision, JsonText.ToUtf8(last), token.Labels), cancellationToken).ConfigureAwait(false);
        if (result.Outcome != WriteOutcome.Committed)
            throw new CertificateRefusedException("The bootstrap token has been used.");
    }

    private async ValueTask AnswerAsync(ObjectKey key, string type, string reason, string message, string? certificate, CancellationToken cancellationToken)
    {
        var writeOptions = new WriteOptions("kube-apiserver", false, false, "status", UserInfo.System);
        try
        {
            await registry.UpdateAsync(catalog.Get<CertificateSigningRequestKind>(), key, live => Answer(live, type, reason, message, certificate), writeOptions, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiStatusException e) when (e.Status.Code == 404)
        {
            // Whoever asked has taken the question back.
        }
    }

    private JsonObject Answer(JsonObject live, string type, string reason, string message, string? certificate)
    {
        var now = ObjectMetadata.Timestamp(time.GetUtcNow());
        var status = live.Ensure("status");
        status["conditions"] = new JsonArray(new JsonObject { ["type"] = type, ["status"] = "True", ["reason"] = reason, ["message"] = message, ["lastUpdateTime"] = now, ["lastTransitionTime"] = now });
        if (certificate is not null)
            status["certificate"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(certificate));
        return live;
    }
}
