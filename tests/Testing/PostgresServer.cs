using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Testing;

/// <summary>
/// A private PostgreSQL cluster for one test or one test class: its own data directory under /tmp, a Unix socket and no TCP port,
/// run by an unprivileged account when the tests run as root. <c>initdb</c> runs once a version; every cluster is a copy of it.
/// <example><code>
/// await using var postgres = await PostgresServer.StartNewAsync();
/// await postgres.CreateDatabaseAsync("kube");
/// var connectionString = postgres.ConnectionString("kube");
/// </code></example>
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string TemplatePrefix = "/tmp/portal-postgres-template";
    private static readonly SemaphoreSlim TemplateLock = new(1, 1);
    private static readonly string Binaries = FindBinaries();
    private static readonly string? Account = FindAccount();

    private readonly string _root;
    private readonly Dictionary<string, string> _settings;
    private Process? _process;

    private PostgresServer(string root, Dictionary<string, string> settings)
    {
        _root = root;
        _settings = settings;
    }

    /// <summary>The cluster's data directory (<c>PGDATA</c>); readable by root and the account.</summary>
    public string DataDirectory => Path.Combine(_root, "data");

    /// <summary>The directory of the Unix socket: the <c>Host</c> of a connection string.</summary>
    public string SocketDirectory => _root;

    /// <summary>The server's log so far.</summary>
    public string ServerLog => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    /// <summary>True between a start and a stop or kill.</summary>
    public bool IsRunning => _process is { HasExited: false };

    private string LogFile => Path.Combine(_root, "server.log");

    /// <summary>Makes a cluster and starts it; returns when it takes connections.</summary>
    /// <param name="settings">Settings of <c>postgresql.conf</c> beside the defaults of the fixture, such as <c>fsync</c> = <c>off</c>.</param>
    public static async Task<PostgresServer> StartNewAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var template = await TemplateAsync();
        // The socket's path must stay below 107 bytes, hence a short name straight under /tmp.
        var root = Directory.CreateTempSubdirectory("portal-pg-").FullName;
        await RunAsync("cp", ["-a", "--reflink=auto", template, Path.Combine(root, "data")], asAccount: false);
        if (Account is not null) await RunAsync("chown", [Account, root], asAccount: false);

        var merged = new Dictionary<string, string>
        {
            ["listen_addresses"] = "",
            ["unix_socket_directories"] = root,
            ["unix_socket_permissions"] = "0777",
            ["shared_buffers"] = "64MB",
            ["max_connections"] = "60",
            ["max_wal_size"] = "512MB",
            // After a kill the start would otherwise fsync every file of the cluster, one by one.
            ["recovery_init_sync_method"] = "syncfs",
            ["logging_collector"] = "off",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) merged[name] = value;

        if (OperatingSystem.IsLinux()) File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
        var server = new PostgresServer(root, merged);
        await server.StartAsync();
        return server;
    }

    /// <summary>A connection string over the socket, trusting whatever role is named.</summary>
    public string ConnectionString(string database = "postgres", string role = "postgres") =>
        new NpgsqlConnectionStringBuilder { Host = SocketDirectory, Database = database, Username = role, Timeout = 5 }.ConnectionString;

    /// <summary>Creates an empty database owned by <paramref name="owner"/>, which is created when missing.</summary>
    public async Task CreateDatabaseAsync(string name, string owner = "postgres")
    {
        await using var connection = await OpenAsync();
        await using var exists = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", connection);
        exists.Parameters.Add(new NpgsqlParameter<string> { TypedValue = owner });
        using var quote = new NpgsqlCommandBuilder();
        if (await exists.ExecuteScalarAsync() is false)
        {
            await using var role = new NpgsqlCommand("CREATE ROLE " + quote.QuoteIdentifier(owner) + " LOGIN", connection);
            await role.ExecuteNonQueryAsync();
        }

        await using var create = new NpgsqlCommand("CREATE DATABASE " + quote.QuoteIdentifier(name) + " OWNER " + quote.QuoteIdentifier(owner), connection);
        await create.ExecuteNonQueryAsync();
    }

    /// <summary>Starts the cluster after a stop or kill, with other settings if given; returns when it takes connections.</summary>
    public async Task StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) _settings[name] = value;
        var deadline = Stopwatch.StartNew();
        _process = Launch();
        while (true)
        {
            if (_process.HasExited)
            {
                // After a kill the old backends may hold the shared memory a moment longer; PostgreSQL refuses to start until they are gone.
                if (deadline.Elapsed > TimeSpan.FromSeconds(10)) throw new InvalidOperationException("PostgreSQL does not start:\n" + ServerLog);
                await Pause();
                _process.Dispose();
                _process = Launch();
            }

            try
            {
                await using var connection = await OpenAsync();
                return;
            }
            catch (NpgsqlException e) when (deadline.Elapsed < TimeSpan.FromSeconds(30))
            {
                _ = e;
                await Pause();
            }
        }
    }

    /// <summary>Stops the cluster in order (<c>SIGINT</c>: sessions are cut, a checkpoint is written).</summary>
    public async Task StopAsync()
    {
        if (_process is not { HasExited: false } process) return;
        await RunAsync("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)], asAccount: false);
        await process.WaitForExitAsync();
    }

    /// <summary>Kills the postmaster and every backend at once (<c>SIGKILL</c>), as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } process) return;
        await SignalAllAsync(process, "KILL");
        await process.WaitForExitAsync();
    }

    /// <summary>Freezes the postmaster and every backend (<c>SIGSTOP</c>): connections stay, answers do not come.</summary>
    public Task FreezeAsync() => SignalAllAsync(_process!, "STOP");

    /// <summary>Lets a frozen cluster go on.</summary>
    public Task ThawAsync() => SignalAllAsync(_process!, "CONT");

    /// <summary>Stops in order and starts again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Kills the cluster and removes its directory.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static async Task SignalAllAsync(Process process, string signal)
    {
        // Process.Kill with the whole tree reads every process of the machine, which takes seconds on a busy one.
        var id = process.Id.ToString(CultureInfo.InvariantCulture);
        var children = (await File.ReadAllTextAsync($"/proc/{id}/task/{id}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // A backend may end in between, and kill then reports it; the postmaster comes first, so that it cannot start another.
        var start = AsAccount("/bin/sh", ["-c", "kill -s \"$@\" 2>/dev/null || :", "sh", signal, id, .. children], asAccount: false);
        using var kill = Process.Start(start) ?? throw new InvalidOperationException("Cannot start kill.");
        await kill.WaitForExitAsync();
    }

    private static Task Pause() => Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString() + ";Pooling=false");
        try
        {
            await connection.OpenAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private Process Launch()
    {
        var arguments = new List<string> { "-D", DataDirectory };
        foreach (var (name, value) in _settings) arguments.AddRange(["-c", name + "=" + value]);
        // The shell only ties standard error to the log file; every value reaches it as an argument, and exec keeps the pid.
        var start = AsAccount("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh", LogFile, Path.Combine(Binaries, "postgres"), .. arguments], asAccount: true);
        return Process.Start(start) ?? throw new InvalidOperationException("Cannot start PostgreSQL.");
    }

    private static async Task<string> TemplateAsync()
    {
        var version = new DirectoryInfo(Binaries).Parent!.Name;
        var template = $"{TemplatePrefix}-{version}-{Account ?? Environment.UserName}";
        if (Directory.Exists(template)) return template;
        await TemplateLock.WaitAsync();
        try
        {
            if (Directory.Exists(template)) return template;
            var fresh = Directory.CreateTempSubdirectory("portal-pg-init-").FullName;
            if (Account is not null) await RunAsync("chown", [Account, fresh], asAccount: false);
            await RunAsync(
                Path.Combine(Binaries, "initdb"),
                ["-D", Path.Combine(fresh, "data"), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
                asAccount: true);
            try
            {
                Directory.Move(Path.Combine(fresh, "data"), template);
            }
            catch (IOException) when (Directory.Exists(template))
            {
                // Another test process was faster; its template is as good.
            }

            Directory.Delete(fresh, recursive: true);
            return template;
        }
        finally
        {
            TemplateLock.Release();
        }
    }

    private static async Task RunAsync(string file, IReadOnlyList<string> arguments, bool asAccount)
    {
        var start = AsAccount(file, arguments, asAccount);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("Cannot start " + file + ".");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{file} ended with {process.ExitCode}: {await output}{await errors}");
    }

    private static ProcessStartInfo AsAccount(string file, IReadOnlyList<string> arguments, bool asAccount)
    {
        // The account may not be allowed to enter the tests' working directory.
        var start = new ProcessStartInfo { WorkingDirectory = "/tmp", UseShellExecute = false };
        if (asAccount && Account is not null)
        {
            start.FileName = "setpriv";
            foreach (var argument in (string[])["--reuid", Account, "--regid", Account == "nobody" ? "nogroup" : Account, "--clear-groups", "--", file]) start.ArgumentList.Add(argument);
        }
        else
        {
            start.FileName = file;
        }

        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }

    private static string FindBinaries() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .Where(d => File.Exists(Path.Combine(d, "bin", "initdb")))
                .OrderByDescending(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(d => Path.Combine(d, "bin"))
                .FirstOrDefault() ?? throw Missing()
            : throw Missing();

    private static InvalidOperationException Missing() => new("PostgreSQL's programs are missing: install the package postgresql.");

    private static string? FindAccount()
    {
        if (!Environment.IsPrivilegedProcess) return null;
        return File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";
    }
}
