using System.Globalization;
using Npgsql;
using Portal.Host.Instance;
using Portal.Host.Processes;

namespace Portal.Host.Postgres;

/// <summary>
/// The instance's private PostgreSQL cluster: inside the data directory, under an unprivileged account, on a Unix socket only.
/// Authentication is by peer: PostgreSQL asks the kernel who connects and maps this process's account to the roles of the databases.
/// </summary>
internal sealed class PostgresCluster(DataDirectory data, TimeProvider time)
{
    /// <summary>The operating-system account the cluster runs under; <c>deploy/up</c> creates it.</summary>
    public const string Account = "portal-db";

    private const int LongestSocketPath = 107;
    private static readonly string[] Roles = ["kube_store", "portal_owner", "portal_app"];
    private string? _binaries;

    /// <summary>Directory of the Unix socket.</summary>
    public string SocketDirectory => Path.Combine(data.Postgres, "run");

    private string ClusterDirectory => Path.Combine(data.Postgres, "data");

    private string LogFile => Path.Combine(data.Postgres, "postgres.log");

    private string Binaries => _binaries ??= FindBinaries();

    /// <summary>The connection string of a role and database; a pool of 0 opens a connection of its own each time.</summary>
    public string ConnectionString(string role, string database, int pool = 20) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = SocketDirectory,
            Username = role,
            Database = database,
            Pooling = pool > 0,
            MaxPoolSize = Math.Max(pool, 1),
            ApplicationName = "portal",
            IncludeErrorDetail = false,
        }.ConnectionString;

    /// <summary>Creates the cluster when there is none, starts it when it does not run, and creates roles and databases.</summary>
    /// <exception cref="StartException">PostgreSQL or the account is missing, or the cluster does not start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await InitialiseAsync(cancellationToken);
        if (RunningProcessId() is null)
        {
            // A socket path is at most 107 bytes (sun_path); PostgreSQL's own message for a longer one is hard to read.
            if (System.Text.Encoding.UTF8.GetByteCount(SocketDirectory) + "/.s.PGSQL.5432.lock".Length > LongestSocketPath)
                throw new StartException($"The data directory's path {data.Root} is too long for a Unix socket. Choose a shorter one with --data.");
            ProcessRunner.StartDetached("setpriv", [.. AsAccount, Path.Combine(Binaries, "postgres"), "-D", ClusterDirectory], LogFile);
        }

        await WaitUntilReadyAsync(cancellationToken);
        await CreateDatabasesAsync(cancellationToken);
    }

    /// <summary>The postmaster's process id, or null when it does not run.</summary>
    public int? RunningProcessId()
    {
        var pidFile = Path.Combine(ClusterDirectory, "postmaster.pid");
        return File.Exists(pidFile)
            && int.TryParse(File.ReadLines(pidFile).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
            && ProcessRunner.IsAlive(processId)
            && File.ReadAllText($"/proc/{processId}/cmdline").Contains(ClusterDirectory, StringComparison.Ordinal)
            ? processId
            : null;
    }

    /// <summary>Stops the cluster (fast shutdown) and waits for its end.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (RunningProcessId() is null)
            return;
        var (exitCode, _, error) = await ProcessRunner.RunAsync("setpriv", [.. AsAccount, Path.Combine(Binaries, "pg_ctl"), "stop", "-D", ClusterDirectory, "-m", "fast", "-w", "-t", "60"], cancellationToken);
        if (exitCode != 0)
            throw new StartException($"PostgreSQL did not stop: {error.Trim()}");
    }

    /// <summary>Dumps a database in PostgreSQL's custom format.</summary>
    /// <param name="database">The database.</param>
    /// <param name="snapshot">The exported snapshot to dump.</param>
    /// <param name="file">The file to write.</param>
    /// <param name="withoutData">Patterns of tables whose rows are left out.</param>
    /// <param name="cancellationToken">Ends pg_dump.</param>
    /// <returns>The file.</returns>
    public async Task<string> DumpAsync(string database, string snapshot, string file, IEnumerable<string> withoutData, CancellationToken cancellationToken)
    {
        var (exitCode, _, error) = await ProcessRunner.RunAsync(
            Path.Combine(Binaries, "pg_dump"),
            ["-h", SocketDirectory, "-U", "postgres", "-d", database, "-F", "custom", "--snapshot", snapshot, "-f", file, .. withoutData.Select(pattern => "--exclude-table-data=" + pattern)],
            cancellationToken);
        return exitCode == 0 ? file : throw new StartException($"pg_dump of the database {database} failed: {error.Trim()}");
    }

    /// <summary>Restores a dump into an empty database, all or nothing.</summary>
    public async Task RestoreAsync(string database, string file, CancellationToken cancellationToken)
    {
        var (exitCode, _, error) = await ProcessRunner.RunAsync(
            Path.Combine(Binaries, "pg_restore"),
            ["-h", SocketDirectory, "-U", "postgres", "-d", database, "--exit-on-error", "--single-transaction", file],
            cancellationToken);
        if (exitCode != 0)
            throw new StartException($"pg_restore of the database {database} failed: {error.Trim()}");
    }

    private static string[] AsAccount => [$"--reuid={Account}", $"--regid={Account}", "--clear-groups", "--"];

    private static string FindBinaries()
    {
        const string root = "/usr/lib/postgresql";
        var newest = Directory.Exists(root)
            ? Directory.GetDirectories(root)
                .Where(directory => File.Exists(Path.Combine(directory, "bin/postgres")))
                .OrderByDescending(directory => double.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var version) ? version : 0)
                .FirstOrDefault()
            : null;
        return newest is null
            ? throw new StartException("PostgreSQL is not installed. Run deploy/up, or: apt-get install postgresql")
            : Path.Combine(newest, "bin");
    }

    private async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(ClusterDirectory, "PG_VERSION")) && File.Exists(Path.Combine(data.Postgres, "initialised")))
            return;

        // A cluster without the marker is one whose creation was interrupted: it never held anything.
        if (Directory.Exists(data.Postgres))
            Directory.Delete(data.Postgres, recursive: true);
        Directory.CreateDirectory(SocketDirectory);
        var (exitCode, _, error) = await ProcessRunner.RunAsync("chown", ["-R", $"{Account}:{Account}", data.Postgres], cancellationToken);
        if (exitCode != 0)
            throw new StartException($"The account {Account} for PostgreSQL is missing ({error.Trim()}). Run deploy/up, or: useradd --system {Account}");
        foreach (var directory in new[] { data.Postgres, SocketDirectory })
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        (exitCode, var output, error) = await ProcessRunner.RunAsync(
            "setpriv",
            [.. AsAccount, Path.Combine(Binaries, "initdb"), "-D", ClusterDirectory, "-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=peer", "--no-instructions"],
            cancellationToken);
        if (exitCode != 0)
            throw new StartException($"PostgreSQL's initdb failed: {error.Trim()} {output.Trim()}");

        await File.AppendAllTextAsync(Path.Combine(ClusterDirectory, "postgresql.conf"), $"""

            # Portal: a private cluster. Durability settings must stay on, the server refuses to start otherwise.
            listen_addresses = ''
            unix_socket_directories = '{SocketDirectory.Replace("'", "''", StringComparison.Ordinal)}'
            max_connections = 80
            shared_buffers = '96MB'
            wal_compression = on
            max_wal_size = '1GB'
            fsync = on
            full_page_writes = on
            synchronous_commit = on
            log_timezone = 'UTC'
            timezone = 'UTC'

            """, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(ClusterDirectory, "pg_hba.conf"), "local all all peer map=portal\n", cancellationToken);
        var lines = new[] { "root", Account, Environment.UserName }.Distinct().SelectMany(account =>
            Roles.Prepend("postgres").Select(role => $"portal {account} {role}\n"));
        await File.WriteAllTextAsync(Path.Combine(ClusterDirectory, "pg_ident.conf"), string.Concat(lines), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(data.Postgres, "initialised"), string.Empty, cancellationToken);
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + TimeSpan.FromSeconds(60);
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString("postgres", "postgres", pool: 0));
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException exception)
            {
                if (time.GetUtcNow() > deadline || (RunningProcessId() is null && time.GetUtcNow() > deadline - TimeSpan.FromSeconds(50)))
                    throw new StartException($"PostgreSQL does not answer on {SocketDirectory}: {exception.Message}. Its log is {LogFile}", exception);
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
            }
        }
    }

    private async Task CreateDatabasesAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres", "postgres", pool: 2));
        foreach (var role in Roles)
        {
            if (!await ExistsAsync(source, "SELECT 1 FROM pg_roles WHERE rolname = $1", role, cancellationToken))
                await ExecuteAsync(source, $"CREATE ROLE {role} LOGIN", cancellationToken);
        }

        foreach (var (database, owner) in new[] { ("kube", "kube_store"), ("portal", "portal_owner") })
        {
            if (!await ExistsAsync(source, "SELECT 1 FROM pg_database WHERE datname = $1", database, cancellationToken))
                await ExecuteAsync(source, $"CREATE DATABASE {database} OWNER {owner}", cancellationToken);
        }
    }

    private static async Task<bool> ExistsAsync(NpgsqlDataSource source, string sql, string name, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    // CREATE ROLE and CREATE DATABASE take no parameters; the names are the constants above.
    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
