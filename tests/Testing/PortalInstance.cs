using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Testing;

/// <summary>
/// One real instance, started by <c>deploy/up --detach</c> on ports and in a data directory of its own and removed by
/// <c>deploy/down --purge</c>. Slow (tens of seconds) because it builds and starts the real thing.
/// </summary>
public class PortalInstance(string name = "e2e") : IAsyncDisposable
{
    /// <summary>The first platform administrator, made by the set-up journey or the command line.</summary>
    public const string AdminEmail = "admin@example.com";

    public const string AdminPassword = "correct horse battery staple 1";

    private readonly SemaphoreSlim _adminLock = new(1, 1);
    private string? _adminToken;

    public string Data { get; } = $"/tmp/portal-{name}-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";

    public int PortBase { get; } = FreePortBase();

    public Uri Console => new($"http://localhost:{PortBase}");

    public Uri Ingress => new($"http://127.0.0.1:{PortBase + 2}");

    public string AdminKubeconfig => Path.Combine(Data, "admin.kubeconfig");

    public string Executable => Path.Combine(Data, "bin/portal");

    /// <summary>What the first <c>deploy/up</c> printed.</summary>
    public string FirstOutput { get; private set; } = string.Empty;

    /// <summary>Starts it and waits until it is Ready.</summary>
    public async Task StartAsync()
    {
        var up = await UpAsync();
        FirstOutput = up.Output;
        if (up.ExitCode != 0)
            throw new InvalidOperationException($"deploy/up failed ({up.ExitCode}):\n{up.Output}\n{up.Error}");
    }

    public async ValueTask DisposeAsync()
    {
        if (Environment.GetEnvironmentVariable("PORTAL_KEEP") is not null)
            return;
        await RunAsync(Repository.Path("deploy/down"), ["--data", Data, "--purge"]);
        _adminLock.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <param name="further">Further options of <c>deploy/up</c>.</param>
    public Task<CommandResult> UpAsync(params string[] further) =>
        RunAsync(Repository.Path("deploy/up"), ["--data", Data, "--port-base", PortBase.ToString(CultureInfo.InvariantCulture), "--detach", .. further], timeout: TimeSpan.FromMinutes(8));

    /// <summary>kill -9 of the server process alone; PostgreSQL, the agent and the pods stay.</summary>
    public async Task KillServerAsync()
    {
        var pid = int.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "run/up.pid")), CultureInfo.InvariantCulture);
        using var server = Process.GetProcessById(pid);
        server.Kill();
        await server.WaitForExitAsync();
    }

    /// <summary>Runs the <c>portal</c> executable on this instance.</summary>
    public Task<CommandResult> PortalAsync(string[] arguments, string? input = null, string? token = null) =>
        RunAsync(Executable, arguments, input, new() { ["PORTAL_URL"] = Console.ToString(), ["PORTAL_TOKEN"] = token ?? string.Empty });

    /// <summary>Runs the real kubectl as the cluster's administrator.</summary>
    public Task<CommandResult> KubectlAsync(params string[] arguments) =>
        RunAsync(Repository.Kubectl, ["--kubeconfig", AdminKubeconfig, "--cache-dir", Path.Combine(Data, "kubectl-cache"), .. arguments]);

    /// <summary>kubectl that must succeed; returns its output.</summary>
    public async Task<string> KubectlOkAsync(params string[] arguments)
    {
        var result = await KubectlAsync(arguments);
        Require(result.ExitCode == 0, $"kubectl {string.Join(' ', arguments)} ended with {result.ExitCode}:\n{result.Output}{result.Error}");
        return result.Output;
    }

    /// <summary>An API token of a platform administrator, created with the command line on first use.</summary>
    public async Task<string> AdminTokenAsync()
    {
        await _adminLock.WaitAsync();
        try
        {
            if (_adminToken is not null)
                return _adminToken;
            await EnsureUserAsync(AdminEmail, AdminPassword, platformAdmin: true);
            return _adminToken = await CreateTokenAsync(AdminEmail);
        }
        finally
        {
            _adminLock.Release();
        }
    }

    public async Task EnsureUserAsync(string email, string password, bool platformAdmin)
    {
        string[] arguments = ["user", "create", "--data", Data, "--email", email, "--password-stdin", .. platformAdmin ? new[] { "--platform-admin" } : []];
        var result = await PortalAsync(arguments, password + "\n");
        Require(result.ExitCode == 0 || result.Error.Contains("already", StringComparison.OrdinalIgnoreCase), $"portal user create: {result.Output}{result.Error}");
    }

    public async Task<string> CreateTokenAsync(string email)
    {
        var result = await PortalAsync(["token", "create", "--data", Data, "--user", email, "--name", "e2e-" + Guid.NewGuid().ToString("N")[..8]]);
        Require(result.ExitCode == 0, $"portal token create: {result.Output}{result.Error}");
        return result.Output.Trim();
    }

    /// <summary>An HTTP client of the REST API with a token.</summary>
    public HttpClient Rest(string token)
    {
        var client = new HttpClient { BaseAddress = Console };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    /// <summary>Asks the ingress for a host without following DNS.</summary>
    public async Task<(HttpStatusCode Status, string Body)> AskAsync(string host, string path = "/")
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Ingress, path));
        request.Headers.Host = host;
        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, string? input = null, Dictionary<string, string>? environment = null, TimeSpan? timeout = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input ?? string.Empty);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(timeout ?? TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', start.ArgumentList)} did not end in time.\n{await output}\n{await error}");
        }

        return new CommandResult(process.ExitCode, await output, await error);
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new InvalidOperationException(message);
    }

    // Four free ports in a row; the listeners are closed again before the instance opens them.
    private static int FreePortBase()
    {
        for (var candidate = 21000 + Random.Shared.Next(0, 8000); candidate < 32000; candidate += 4)
        {
            try
            {
                var listeners = Enumerable.Range(candidate, 4).Select(port => new TcpListener(IPAddress.Any, port)).ToArray();
                foreach (var listener in listeners)
                    listener.Start();
                foreach (var listener in listeners)
                    listener.Stop();
                return candidate;
            }
            catch (SocketException)
            {
                // Taken: try the next four.
            }
        }

        throw new InvalidOperationException("No four free ports in a row.");
    }
}
