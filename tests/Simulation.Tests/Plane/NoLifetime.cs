using Microsoft.Extensions.Hosting;

namespace Simulation.Tests.Plane;

/// <summary>The lifetime of a host that hears no signals: those are the simulator's own.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
