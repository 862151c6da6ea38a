using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Testing;

/// <summary>
/// A network namespace of one test: its own interfaces, routes and nftables. Needs root. Everything in it (also the far ends of its cables in other namespaces)
/// goes when it is disposed; processes started in it are killed by their ids.
/// </summary>
public sealed class NetworkNamespace : IAsyncDisposable
{
    private static int _counter;

    private readonly List<Process> _processes = [];
    private int _interfaces;

    private NetworkNamespace(string? name) => Name = name;

    /// <summary>The machine's own namespace. Only for cables to node namespaces: tests never change its nftables or default routes.</summary>
    public static NetworkNamespace Machine { get; } = new(null);

    /// <summary>Name below /run/netns, or null for the machine.</summary>
    public string? Name { get; }

    /// <summary>Path to enter it by, or null for the machine.</summary>
    public string? Path => Name is null ? null : $"/run/netns/{Name}";

    /// <summary>Makes a namespace with its loopback up.</summary>
    /// <param name="purpose">A short word for whoever looks at `ip netns`.</param>
    public static async Task<NetworkNamespace> CreateAsync(string purpose)
    {
        var ns = new NetworkNamespace($"t{Environment.ProcessId}-{Interlocked.Increment(ref _counter)}-{purpose}");
        await RunProcessAsync("ip", ["netns", "add", ns.Name!], null);
        await ns.RunAsync("ip", "link", "set", "lo", "up");
        return ns;
    }

    /// <summary>Lays a cable (a veth pair) to another namespace.</summary>
    /// <param name="other">The other end.</param>
    /// <param name="address">Address of this end with prefix length, or null for none.</param>
    /// <param name="otherAddress">Address of the other end with prefix length, or null for none.</param>
    /// <returns>Interface names of this and the other end.</returns>
    public async Task<(string Here, string There)> ConnectAsync(NetworkNamespace other, string? address, string? otherAddress)
    {
        var here = NewInterface();
        var there = other.NewInterface();
        if (Name is null)
            throw new InvalidOperationException("Connect from the namespace to the machine, so that the cable goes with the namespace.");
        await RunAsync(
            "ip", ["link", "add", "name", here, "type", "veth", "peer", "name", there, "netns", other.Name ?? Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await SetUpAsync(here, address);
        await other.SetUpAsync(there, otherAddress);
        return (here, there);
    }

    /// <summary>
    /// Makes a pod as the CNI plugin `ptp` does: a namespace with one cable to this node, its default route through it, and a host route back.
    /// </summary>
    public async Task<NetworkNamespace> AddPodAsync(string purpose, string address, string gateway)
    {
        var pod = await CreateAsync(purpose);
        var (inPod, onNode) = await pod.ConnectAsync(this, $"{address}/32", $"{gateway}/32");
        await pod.RunAsync("ip", "route", "add", $"{gateway}/32", "dev", inPod, "scope", "link");
        await pod.RunAsync("ip", "route", "add", "default", "via", gateway, "dev", inPod);
        await RunAsync("ip", "route", "add", $"{address}/32", "dev", onNode, "scope", "link");
        return pod;
    }

    /// <summary>Runs a program in the namespace; it must succeed.</summary>
    /// <returns>Its standard output.</returns>
    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (exitCode, output, error) = await TryRunAsync(program, arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} in {Name ?? "the machine"}: {exitCode} {error.Trim()}");
    }

    /// <summary>Runs a program in the namespace.</summary>
    public async Task<(int ExitCode, string Output, string Error)> TryRunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(program, arguments))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Starts a program that goes on until the namespace is disposed. Its outputs go nowhere.</summary>
    public Process Start(string program, params string[] arguments)
    {
        var process = new Process { StartInfo = StartInfo(program, arguments) };
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        lock (_processes)
            _processes.Add(process);
        return process;
    }

    /// <summary>A socket of this process in that namespace. A socket belongs to the namespace its thread was in, for ever, so one thread goes there and makes it.</summary>
    public Socket CreateSocket(SocketType type, ProtocolType protocol)
    {
        if (Path is null)
            return new Socket(AddressFamily.InterNetwork, type, protocol);
        Socket? socket = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle handle = File.OpenHandle(Path);
                if (SetNamespace(handle, NewNetwork) != 0)
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
                socket = new Socket(AddressFamily.InterNetwork, type, protocol);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new InvalidOperationException($"No socket in {Name}.", failure);
    }

    /// <summary>How a program is started in the namespace: by nsenter, because `ip netns exec` hides the cgroup mounts from it.</summary>
    public ProcessStartInfo StartInfo(string program, params string[] arguments)
    {
        var start = Path is null
            ? new ProcessStartInfo(program)
            : new ProcessStartInfo("nsenter") { ArgumentList = { $"--net={Path}", "--", program } };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        return start;
    }

    public async ValueTask DisposeAsync()
    {
        List<Process> processes;
        lock (_processes)
        {
            processes = [.. _processes];
            _processes.Clear();
        }
        foreach (var process in processes)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        if (Name is not null && File.Exists(Path))
            await RunProcessAsync("ip", ["netns", "del", Name], null);
    }

    // 15 bytes at most; unique on the machine, where the ends of many tests' cables meet.
    private string NewInterface() => $"v{Environment.ProcessId}{(char)('a' + (Interlocked.Increment(ref _interfaces) % 26))}{Interlocked.Increment(ref _counter)}";

    private async Task SetUpAsync(string device, string? address)
    {
        if (address is not null)
            await RunAsync("ip", "address", "add", address, "dev", device);
        await RunAsync("ip", "link", "set", "dev", device, "up");
    }

    private const int NewNetwork = 0x40000000;

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int SetNamespace(SafeFileHandle handle, int kind);

    private static async Task RunProcessAsync(string program, string[] arguments, string? input)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error.Trim()} (network namespaces need root)");
    }
}
