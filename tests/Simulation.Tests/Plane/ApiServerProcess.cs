using Kube.ApiServer;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Simulation.Tests.Engine;
using Simulation.Tests.Store;

namespace Simulation.Tests.Plane;

/// <summary>The real API server on the real store, over a database that is simulated.</summary>
internal sealed class ApiServerProcess
{
    private readonly CancellationTokenSource _dead = new();

    private ApiServerProcess(WebApplication app, ProcessClock clock)
    {
        Clock = clock;
        Handler = new HttpMessageInvoker(app.GetTestServer().CreateHandler());
    }

    public ProcessClock Clock { get; }

    /// <summary>Cancelled when it is dead: its connections are reset.</summary>
    public CancellationToken Dead => _dead.Token;

    /// <summary>Takes requests.</summary>
    public HttpMessageInvoker Handler { get; }

    /// <summary>Starts one that takes the lead of the database.</summary>
    public static async Task<ApiServerProcess> StartAsync(SimulatedTime time, DurableLog database, string keys, ILoggerProvider logs)
    {
        var clock = new ProcessClock(time);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer(server => server.BaseAddress = new Uri("http://api"));
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddRouting().AddSingleton<IHostLifetime, NoLifetime>().AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<IObjectStore>(provider =>
        {
            var limits = new StoreLimits(64 << 20);
            var store = new ObjectStore(limits, clock, provider.GetRequiredService<ILogger<ObjectStore>>());
            store.Start(database.Take(clock), database.Head);
            return store;
        });
        builder.Services.AddSingleton<ITokenAuthenticator, SimulatedUsers>();
        builder.Services.AddKubeApiServer(o =>
        {
            o.CaCertificatePath = Path.Combine(keys, "ca.crt");
            o.CaKeyPath = Path.Combine(keys, "ca.key");
        });
        var app = builder.Build();
        app.MapKubeApiServer();
        await app.StartAsync();
        return new ApiServerProcess(app, clock);
    }

    /// <summary>It is dead: nothing in it goes on.</summary>
    public void Kill()
    {
        Clock.Stop();
        _dead.Cancel();
    }
}
