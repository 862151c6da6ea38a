using Kube.Controllers;
using Kube.Scheduler;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Simulation.Tests.Engine;
using Simulation.Tests.Network;

namespace Simulation.Tests.Plane;

/// <summary>A process with the real scheduler, or with all real controllers.</summary>
internal sealed class ControlProcess
{
    private ControlProcess(string name, Link link) => (Name, Link) = (name, link);

    public string Name { get; }

    public Link Link { get; }

    public ProcessClock Clock => Link.Clock;

    public static Task<ControlProcess> StartSchedulerAsync(SimulatedTime time, SimulatedNetwork network, string name, ILoggerProvider logs) =>
        StartAsync(time, network, name, "system:kube-scheduler", logs, services => services.AddKubeScheduler(new SchedulerOptions { Identity = name, ParallelBinds = 8 }));

    public static Task<ControlProcess> StartControllersAsync(SimulatedTime time, SimulatedNetwork network, string name, ILoggerProvider logs) =>
        StartAsync(time, network, name, "system:kube-controller-manager", logs, services => services.AddKubeControllers(new KubeControllersOptions { Identity = name }));

    /// <summary>It is dead.</summary>
    public void Kill() => Link.Sever();

    private static async Task<ControlProcess> StartAsync(SimulatedTime time, SimulatedNetwork network, string name, string user, ILoggerProvider logs, Action<IServiceCollection> add)
    {
        var clock = new ProcessClock(time);
        var (client, link) = network.Connect(name, user, clock);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(logs).SetMinimumLevel(LogLevel.Debug));
        services.AddSingleton<TimeProvider>(clock).AddSingleton(client);
        add(services);
        var provider = services.BuildServiceProvider();
        foreach (var service in provider.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }

        return new ControlProcess(name, link);
    }
}
