using Kube.ApiServer.Storage.Encryption;
using Kube.ApiServer.Storage.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kube.ApiServer.Storage;

/// <summary>Opens the store with the host and closes it with the host; ends the host when the lead is lost.</summary>
internal sealed class StoreService(
    ObjectStore store,
    IOptions<StoreOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<ObjectStore> logger) : IHostedService
{
    private Task _watchingLead = Task.CompletedTask;

    /// <summary>Takes the lead and loads; the store serves when this returns.</summary>
    /// <exception cref="StoreStartException">PostgreSQL cannot be reached or must not be trusted, or a secret cannot be decrypted.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var keyring = EncryptionKeyring.Open(options.Value.EncryptionKeyPath, logger);
        var (log, head) = await PostgresLog.OpenAsync(options.Value, new SecretEnvelope(keyring), time, logger, cancellationToken).ConfigureAwait(false);
        store.Start(log, head);
        _watchingLead = EndHostWhenFencedAsync(lifetime.ApplicationStopping);
    }

    /// <summary>Commits what was taken and closes.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await store.DisposeAsync().ConfigureAwait(false);
        await _watchingLead.ConfigureAwait(false);
    }

    private async Task EndHostWhenFencedAsync(CancellationToken stopping)
    {
        await store.Fenced.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (store.Fenced.IsCompleted) lifetime.StopApplication();
    }
}
