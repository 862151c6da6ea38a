using System.Globalization;
using Integration.Tests.ApiServer;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Node;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Testing;
using Xunit;

namespace Integration.Tests.Node;

/// <summary>A real API server and a real agent with its own containerd in a network namespace; the agent joins with a one-time token.</summary>
public sealed class NodeFixture : IAsyncLifetime
{
    public const string Image = "localhost/test/busybox:1";
    public const string NodeName = "n1";
    private readonly string _directory = Directory.CreateTempSubdirectory("node-").FullName;
    private IHost? _agent;
    private string? _token;

    public ApiServerFixture Server { get; private set; } = null!;

    /// <summary>The node's own network: its containerd and its pods' host.</summary>
    public NetworkNamespace Network { get; private set; } = null!;

    public IKubernetes Client { get; private set; } = null!;

    public string Data => Path.Combine(_directory, "a");

    public string Images => Path.Combine(Data, "images");

    public async ValueTask InitializeAsync()
    {
        Network = await NetworkNamespace.CreateAsync("node");
        Server = await ApiServerFixture.StartAsync(services =>
        {
            services.AddSingleton<Kube.ApiServer.Storage.IObjectStore>(_ => new Kube.ApiServer.Storage.InMemoryObjectStore());
            services.AddSingleton<IStartupFilter>(new CaDocument(() => Server.Authority.CertificatePem));
        });
        Client = KubeClients.FromKubeconfig(Server.AdminKubeconfig);
        _token = await CreateTokenAsync();
        WriteNetworkConfiguration();
        await StartAgentAsync();
        await Eventually.Async("node Ready", () => Client.CoreV1.ReadNodeAsync(NodeName), n => n.Status?.Conditions?.Any(c => c.Type == "Ready" && c.Status == "True") == true, TimeSpan.FromSeconds(40));
        await ImportAsync(Image);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in (await Client.CoreV1.ListNamespacedPodAsync("default")).Items)
            await Client.CoreV1.DeleteNamespacedPodAsync(pod.Metadata.Name, "default", gracePeriodSeconds: 1);
        // Not at once: only a pod with a grace period stays in the API until the agent has taken it off the machine.
        await Eventually.Async("pods gone", () => Client.CoreV1.ListNamespacedPodAsync("default"), l => l.Items.Count == 0, TimeSpan.FromSeconds(60));
        await StopAgentAsync();
        // containerd and its shims outlive the agent by design; those of this data directory end here.
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0])))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(process, "cmdline")).Contains(Data + "/containerd", StringComparison.Ordinal))
                {
                    using var found = System.Diagnostics.Process.GetProcessById(int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture));
                    found.Kill();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
            {
            }
        }

        foreach (var parent in Directory.EnumerateDirectories("/sys/fs/cgroup").Select(r => Path.Combine(r, "portal-" + Path.GetFileName(_directory).ToLowerInvariant())).Where(Directory.Exists))
        {
            foreach (var id in Directory.EnumerateFiles(parent, "cgroup.procs", SearchOption.AllDirectories).SelectMany(File.ReadAllLines))
                await NetworkNamespace.Machine.TryRunAsync("kill", "-9", id);
            foreach (var group in Directory.EnumerateDirectories(parent, "*", SearchOption.AllDirectories).OrderByDescending(d => d.Length).Append(parent))
            {
                // Directory.Delete removes an empty cgroup as rmdir does; one whose last process is only leaving stays.
                await NetworkNamespace.Machine.TryRunAsync("rmdir", group);
            }
        }

        foreach (var line in (await File.ReadAllLinesAsync("/proc/self/mountinfo")).Reverse())
        {
            if (line.Split(' ')[4].StartsWith(_directory + "/", StringComparison.Ordinal))
                await NetworkNamespace.Machine.TryRunAsync("umount", "-l", line.Split(' ')[4]);
        }

        await Server.DisposeAsync();
        await Network.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public async Task StartAgentAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddSimpleConsole(o => { o.SingleLine = true; o.TimestampFormat = "HH:mm:ss.fff "; }).SetMinimumLevel(LogLevel.Information);
        builder.Services.AddKubeNode(o =>
        {
            o.ServerUrl = Server.Address.ToString().TrimEnd('/');
            o.JoinToken = _token;
            o.NodeName = NodeName;
            o.DataDirectory = Data;
            o.InternalIP = "127.0.0.1";
            o.ListenAddress = "127.0.0.1";
            o.InstanceId = Path.GetFileName(_directory).ToLowerInvariant();
            o.CniConfDir = Path.Combine(_directory, "cni");
            o.CniBinDirs.Add("/usr/lib/cni");
            o.NetworkNamespace = Network.Path;
        });
        _agent = builder.Build();
        await _agent.StartAsync();
    }

    public async Task StopAgentAsync()
    {
        if (_agent is null)
            return;
        await _agent.StopAsync();
        _agent.Dispose();
        _agent = null;
    }

    /// <summary>Imports a busybox under a name by the agent's import directory.</summary>
    public async Task ImportAsync(string name)
    {
        var target = Path.Combine(Images, Guid.NewGuid().ToString("n") + ".tar");
        TestImages.WriteBusybox(name, target + ".part");
        File.Move(target + ".part", target);
        await Eventually.Async("import of " + name, () => Task.FromResult(File.Exists(target + ".imported")), done => done);
    }

    public Task<V1Pod> CreateAsync(V1Pod pod) => Client.CoreV1.CreateNamespacedPodAsync(pod, "default");

    public static V1Pod Pod(string name, string script, Action<V1Container>? change = null) => Pod(name, Container(script, change));

    public static V1Container Container(string script, Action<V1Container>? change = null)
    {
        var container = new V1Container { Name = "c", Image = Image, Command = ["sh", "-c", script] };
        change?.Invoke(container);
        return container;
    }

    public static V1Pod Pod(string name, V1Container container) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
        Spec = new V1PodSpec { NodeName = NodeName, TerminationGracePeriodSeconds = 5, Containers = [container] },
    };

    public Task<V1Pod> WaitAsync(string name, string expected, Func<V1Pod, bool> passes, double seconds = 20) =>
        Eventually.Async($"pod {name} {expected}", () => Client.CoreV1.ReadNamespacedPodAsync(name, "default"), passes, TimeSpan.FromSeconds(seconds));

    public Task<V1Pod> WaitRunningAsync(string name) => WaitAsync(name, "to run", p => p.Status?.ContainerStatuses?.All(c => c.State.Running is not null) == true);

    public async Task<string> LogsAsync(string pod, params string[] options)
    {
        var result = await Server.KubectlAsync(["logs", pod, .. options]);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException(result.Error);
    }

    private async Task<string> CreateTokenAsync()
    {
        await Client.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = "bootstrap-token-abcdef" },
                Type = "bootstrap.kubernetes.io/token",
                StringData = new Dictionary<string, string>
                {
                    ["token-id"] = "abcdef",
                    ["token-secret"] = "0123456789abcdef",
                    ["expiration"] = TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                    ["usage-bootstrap-authentication"] = "true",
                },
            },
            "kube-system");
        return "abcdef.0123456789abcdef:" + Server.Authority.PublicKeyHash;
    }

    private void WriteNetworkConfiguration()
    {
        var cni = Directory.CreateDirectory(Path.Combine(_directory, "cni")).FullName;
        File.WriteAllText(Path.Combine(cni, "10-test.conflist"), $$"""
            { "cniVersion": "0.4.0", "name": "{{Path.GetFileName(_directory)}}", "plugins": [
              { "type": "ptp", "ipam": { "type": "host-local", "dataDir": "{{_directory}}/ipam", "ranges": [[{ "subnet": "10.199.1.0/24" }]], "routes": [{ "dst": "0.0.0.0/0" }] } } ] }
            """);
    }

    private sealed class CaDocument(Func<string> pem) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Map("/cacerts", branch => branch.Run(http => http.Response.WriteAsync(pem())));
            next(app);
        };
    }
}
