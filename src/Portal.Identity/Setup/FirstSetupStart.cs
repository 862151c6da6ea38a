using Microsoft.Extensions.Hosting;

namespace Portal.Identity.Setup;

internal sealed class FirstSetupStart(FirstSetup setup) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => setup.PrepareAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
