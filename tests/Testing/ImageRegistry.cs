using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Testing;

/// <summary>
/// A real image registry (Debian's docker-registry) on the loopback of a network namespace, open or behind a password. A runtime takes
/// plain HTTP from a loopback registry only, so it needs no certificate.
/// </summary>
public sealed class ImageRegistry : IAsyncDisposable
{
    public const string User = "puller";
    public const string Password = "correct horse";

    // bcrypt of the password above, the only form of hash that the registry reads.
    private const string PasswordFile = User + ":$2b$06$3o7mLlNDJUzAaahZ6d3WkO/PkiJz6KS4lDkCxSZG27UIFWY4iW0/6\n";
    private readonly string _directory = Directory.CreateTempSubdirectory("registry-").FullName;
    private readonly NetworkNamespace _network;
    private readonly bool _closed;
    private Process? _process;

    private ImageRegistry(NetworkNamespace network, bool closed)
    {
        _network = network;
        _closed = closed;
    }

    /// <summary>Host and port, the first part of an image's name.</summary>
    public string Address { get; private set; } = string.Empty;

    /// <param name="network">Where it listens.</param>
    /// <param name="closed">Everything needs <see cref="User"/> and <see cref="Password"/>.</param>
    public static async Task<ImageRegistry> StartAsync(NetworkNamespace network, bool closed)
    {
        var registry = new ImageRegistry(network, closed);
        registry.Start();
        await Eventually.Async("registry answers", () => Task.FromResult(registry.Answers()), answers => answers, TimeSpan.FromSeconds(20));
        return registry;
    }

    /// <summary>Puts a busybox image there; returns its reference.</summary>
    public async Task<string> PushBusyboxAsync(string name)
    {
        var archive = Path.Combine(_directory, Guid.NewGuid().ToString("n") + ".tar");
        TestImages.WriteBusybox("localhost/" + name, archive);
        var reference = $"{Address}/{name}";
        string[] credentials = _closed ? ["--dest-creds", $"{User}:{Password}"] : [];
        await _network.RunAsync("skopeo", ["--insecure-policy", "copy", "--dest-tls-verify=false", .. credentials, "docker-archive:" + archive, "docker://" + reference]);
        File.Delete(archive);
        return reference;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private void Start()
    {
        using (var free = _network.CreateSocket(SocketType.Stream, ProtocolType.Tcp))
        {
            free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            Address = "127.0.0.1:" + ((IPEndPoint)free.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        }

        var passwords = Path.Combine(_directory, "htpasswd");
        File.WriteAllText(passwords, PasswordFile);
        var configuration = Path.Combine(_directory, "config.yml");
        File.WriteAllText(configuration, $$"""
            version: 0.1
            log: { level: error, accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: {{_directory}}/blobs } }
            http: { addr: {{Address}} }
            {{(_closed ? $"auth: {{ htpasswd: {{ realm: test, path: {passwords} }} }}" : "")}}
            """);
        _process = _network.Start(Repository.Tool("docker-registry"), "serve", configuration);
    }

    private bool Answers()
    {
        try
        {
            using var socket = _network.CreateSocket(SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPEndPoint.Parse(Address));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
