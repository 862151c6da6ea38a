using System.Text;
using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Authentication.ServiceAccounts;

/// <summary>
/// Fills Secrets of type <c>kubernetes.io/service-account-token</c> with a token that lives as long as they do, for clients that cannot ask for one.
/// See https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets.
/// </summary>
internal sealed class AccountSecrets(ObjectRegistry registry, ResourceCatalog catalog, ServiceAccountTokens tokens, ApiServerOptions options, TimeProvider time, ILogger<AccountSecrets> logger) : BackgroundService
{
    private const string NameAnnotation = "kubernetes.io/service-account.name";
    private const string UidAnnotation = "kubernetes.io/service-account.uid";
    private static readonly WriteOptions Writing = new("kube-controller-manager", false, false, "", UserInfo.System);
    private readonly ResourceKind _kind = catalog.Get<SecretKind>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var all = registry.Store.List("secrets", null);
                using var watch = registry.Store.Watch("secrets", null, all.Revision);
                foreach (var stored in all.Items)
                    await FillAsync(stored, stoppingToken).ConfigureAwait(false);
                while (true)
                {
                    foreach (var change in await watch.ReadAsync(TimeSpan.FromMinutes(10), stoppingToken).ConfigureAwait(false))
                    {
                        if (change.Object is { } stored)
                            await FillAsync(stored, stoppingToken).ConfigureAwait(false);
                    }
                }
            }
            catch (ExpiredRevisionException)
            {
                // Fell behind: look at all again.
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is ApiStatusException or StoreUnavailableException)
            {
                Log.AccountSecretFailed(logger, e);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask FillAsync(StoredObject stored, CancellationToken cancellationToken)
    {
        if (FieldReader.Text(stored.Json, "type") != ServiceAccountTokens.SecretType)
            return;
        var secret = DocumentReader.Read(stored.Json.Span);
        if (secret.Object("data")?["token"] is not null || secret.Object("metadata").Object("annotations").Text(NameAnnotation) is not { Length: > 0 } name)
            return;
        if (registry.Store.Get(new ObjectKey("serviceaccounts", stored.Key.Namespace, name)) is not { } account)
            return;
        var subject = new BoundObject(name, FieldReader.Text(account.Json, "metadata.uid") ?? "");
        var self = new BoundObject(stored.Key.Name, secret.Object("metadata").Text("uid") ?? "");
        var token = tokens.Sign(stored.Key.Namespace, subject, new Dictionary<string, BoundObject> { ["secret"] = self }, options.ApiAudiences, expires: null);
        var authority = await File.ReadAllTextAsync(options.CaCertificatePath, cancellationToken).ConfigureAwait(false);
        try
        {
            await registry.UpdateAsync(_kind, stored.Key, live => Fill(live, subject, token, authority, stored.Key.Namespace), Writing, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiStatusException e) when (e.Status.Reason == "NotFound")
        {
            // Deleted meanwhile.
        }
    }

    private static JsonObject Fill(JsonObject live, BoundObject account, string token, string authority, string ns)
    {
        live.Ensure("metadata").Ensure("annotations")[UidAnnotation] = account.Uid;
        var data = live.Ensure("data");
        foreach (var (key, value) in ((string, string)[])[("token", token), ("ca.crt", authority), ("namespace", ns)])
            data.SetDefault(key, Convert.ToBase64String(Encoding.UTF8.GetBytes(value)));
        return live;
    }
}
