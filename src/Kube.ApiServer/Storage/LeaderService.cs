using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Storage;

/// <summary>
/// Runs a hosted service that writes to the store while this process leads, and only then: each term has an instance of its own. On a process
/// that leads at start the inner service has started when this one has.
/// </summary>
internal sealed class LeaderService<T>(IObjectStore store, IServiceProvider services, TimeProvider time, ILogger<LeaderService<T>> logger) : IHostedService, IDisposable
    where T : class, IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private T? _inner;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (store.Leads) await BeginAsync(cancellationToken).ConfigureAwait(false);
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await EndAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        (_inner as IDisposable)?.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                var change = store.WaitForRoleAsync(leads: _inner is null, _stopping.Token);
                if (_inner is BackgroundService { ExecuteTask: { } work } && await Task.WhenAny(change, work).ConfigureAwait(false) == work && !work.IsCompletedSuccessfully)
                    await work.ConfigureAwait(false);
                await change.ConfigureAwait(false);
                if (_inner is null) await BeginAsync(_stopping.Token).ConfigureAwait(false);
                else await EndAsync(_stopping.Token).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever it is, the service is wanted again; the lead may have gone while it wrote.
            catch (Exception e) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                StoreLog.ServiceFailed(logger, typeof(T).Name, e);
                await Task.Delay(Pause, time, _stopping.Token).ConfigureAwait(false);
                await EndAsync(_stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        _inner = ActivatorUtilities.CreateInstance<T>(services);
        await _inner.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_inner is not { } inner) return;
        _inner = null;
        try
        {
            await inner.StopAsync(cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It has failed already, or was writing as the lead went.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            StoreLog.ServiceFailed(logger, typeof(T).Name, e);
        }
        finally
        {
            (inner as IDisposable)?.Dispose();
        }
    }
}
