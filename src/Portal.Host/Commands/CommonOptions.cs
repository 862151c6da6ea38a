using System.CommandLine;

namespace Portal.Host.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary><c>--data DIR</c>.</summary>
    public static Option<string?> Data() => new("--data") { Description = "The instance's data directory (default: /var/lib/portal for root, ~/.local/share/portal otherwise)." };

    /// <summary><c>--port-base N</c>.</summary>
    public static Option<int?> PortBase() => new("--port-base") { Description = "Moves the ports 5080, 6443, 8080 and 8443 to N, N+1, N+2 and N+3." };
}
