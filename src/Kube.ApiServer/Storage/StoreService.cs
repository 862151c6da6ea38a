using Kube.ApiServer.Storage.Encryption;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kube.ApiServer.Storage;

/// <summary>Opens the store with the host and closes it with the host; ends the host when the writer has failed.</summary>
internal sealed class StoreService(
    ObjectStore store,
    IOptions<StoreOptions> options,
    EncryptionKeyring keyring,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<ObjectStore> logger) : IHostedService
{
    private Replica? _replica;
    private Task _watching = Task.CompletedTask;

    /// <summary>Loads and takes its role; the store serves when this returns.</summary>
    /// <exception cref="StoreStartException">PostgreSQL cannot be reached or must not be trusted, or a secret cannot be decrypted.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _replica = await Replica.StartAsync(store, options.Value, new SecretEnvelope(keyring), time, logger, cancellationToken).ConfigureAwait(false);
        _watching = EndHostWhenFailedAsync(lifetime.ApplicationStopping);
    }

    /// <summary>Commits what was taken, gives the lead back and closes.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_replica is { } replica) await replica.DisposeAsync().ConfigureAwait(false);
        await store.DisposeAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
    }

    private async Task EndHostWhenFailedAsync(CancellationToken stopping)
    {
        await store.Failed.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (store.Failed.IsCompleted) lifetime.StopApplication();
    }
}
