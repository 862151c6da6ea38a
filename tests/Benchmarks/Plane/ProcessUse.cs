using System.Globalization;
using Testing;

namespace Benchmarks.Plane;

/// <summary>What an instance's processes have used, read from <c>/proc</c>.</summary>
/// <param name="ServerSeconds">Processor time of the server.</param>
/// <param name="DatabaseSeconds">Processor time of PostgreSQL's processes.</param>
/// <param name="ServerMegabytes">Resident memory of the server.</param>
internal sealed record ProcessUse(double ServerSeconds, double DatabaseSeconds, double ServerMegabytes)
{
    // USER_HZ, which Linux shows to programs whatever the kernel's own is.
    private const double TicksASecond = 100;

    public static ProcessUse Read(PortalInstance portal)
    {
        var server = Pid(Path.Combine(portal.Data, "run/up.pid"));
        var database = File.ReadLines(Path.Combine(portal.Data, "postgres/data/postmaster.pid")).First().Trim();
        var children = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name is not null && name.All(char.IsAsciiDigit)).Select(name => name!).Where(name => Parent(name) == database);
        var memory = File.ReadLines($"/proc/{server}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return new ProcessUse(Seconds(server), children.Append(database).Sum(Seconds), long.Parse(memory, CultureInfo.InvariantCulture) / 1024.0);
    }

    private static string Pid(string file) => File.ReadAllText(file).Trim();

    private static string? Parent(string pid) => Fields(pid) is { } fields ? fields[1] : null;

    private static double Seconds(string pid) => Fields(pid) is { } fields ? (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksASecond : 0;

    // After the name in parentheses: state, parent, ...; the times are the 14th and 15th field of the line.
    private static string[]? Fields(string pid)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{pid}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
