using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Kube.Node;

/// <summary>Collects every fault of <see cref="NodeOptions"/>, each naming its key, so that one start shows them all.</summary>
internal sealed partial class NodeOptionsValidator : IValidateOptions<NodeOptions>
{
    // Unix socket addresses end at 107 bytes; containerd's is <DataDirectory>/containerd/containerd.sock.
    private const int MaxDataDirectory = 107 - 33;

    public ValidateOptionsResult Validate(string? name, NodeOptions options)
    {
        var faults = new List<string>();
        if (!Uri.TryCreate(options.ServerUrl, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps)
            faults.Add($"ServerUrl: '{options.ServerUrl}' is not an https address");
        foreach (var other in options.OtherServerUrls)
        {
            if (!Uri.TryCreate(other, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
                faults.Add($"OtherServerUrls: '{other}' is not an https address");
        }

        if (options.NodeName.Length > 253 || !Subdomain().IsMatch(options.NodeName))
            faults.Add($"NodeName: '{options.NodeName}' is not a lower-case DNS name");
        if (!IPAddress.TryParse(options.InternalIP, out _))
            faults.Add($"InternalIP: '{options.InternalIP}' is not an IP address");
        if (options.ListenAddress is { } listen && !IPAddress.TryParse(listen, out _))
            faults.Add($"ListenAddress: '{listen}' is not an IP address");
        if (options.ListenPort is < 0 or > 65535)
            faults.Add($"ListenPort: {options.ListenPort} is not between 0 and 65535");
        if (!InstanceName().IsMatch(options.InstanceId))
            faults.Add($"InstanceId: '{options.InstanceId}' must be 1 to 40 lower-case letters, digits or hyphens");
        if (!Path.IsPathFullyQualified(options.DataDirectory))
            faults.Add($"DataDirectory: '{options.DataDirectory}' is not an absolute path");
        else if (options.DataDirectory.Length > MaxDataDirectory)
            faults.Add($"DataDirectory: '{options.DataDirectory}' is longer than {MaxDataDirectory} characters, too long for a Unix socket below it");
        if (!Path.IsPathFullyQualified(options.CniConfDir))
            faults.Add($"CniConfDir: '{options.CniConfDir}' is not an absolute path");
        if (options.CniBinDirs.Count == 0)
            faults.Add("CniBinDirs: name at least one directory with CNI plugins");
        foreach (var directory in options.CniBinDirs)
        {
            if (!Path.IsPathFullyQualified(directory))
                faults.Add($"CniBinDirs: '{directory}' is not an absolute path");
        }

        foreach (var address in options.ClusterDns)
        {
            if (!IPAddress.TryParse(address, out _))
                faults.Add($"ClusterDns: '{address}' is not an IP address");
        }

        if (options.MaxPods < 1)
            faults.Add($"MaxPods: {options.MaxPods} is not positive");
        if (options.HeartbeatInterval <= TimeSpan.Zero)
            faults.Add("HeartbeatInterval: must be positive");
        if (options.NetworkNamespace is { } path && !File.Exists(path))
            faults.Add($"NetworkNamespace: '{path}' does not exist");
        if (options.JoinToken is { } token && Registration.JoinString.TryParse(token, out _) is false)
            faults.Add("JoinToken: is not of the form <id>.<secret>:<sha256 of the CA's public key>");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
    private static partial Regex Subdomain();

    [GeneratedRegex("^[a-z0-9][-a-z0-9]{0,39}$")]
    private static partial Regex InstanceName();
}
