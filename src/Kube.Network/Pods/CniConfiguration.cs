using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kube.Network.Pods;

/// <summary>
/// The CNI network of one node: `ptp` gives each pod its own cable to the node (unlike `bridge` it needs no bridge-nf sysctl for service addresses of pods on
/// the same node), `host-local` gives addresses out of the node's range.
/// </summary>
internal static class CniConfiguration
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Builds the configuration list.</summary>
    /// <returns>The text of a <c>.conflist</c> file, see https://www.cni.dev/docs/spec/.</returns>
    public static string Build(string networkName, IPNetwork podCidr, string addressDirectory, int? mtu)
    {
        var ptp = new JsonObject
        {
            ["type"] = "ptp",
            // Traffic that leaves the cluster is masqueraded by the service proxy's table, in one place.
            ["ipMasq"] = false,
            ["ipam"] = new JsonObject
            {
                ["type"] = "host-local",
                ["dataDir"] = addressDirectory,
                ["ranges"] = new JsonArray(new JsonArray(new JsonObject { ["subnet"] = podCidr.ToString() })),
                ["routes"] = new JsonArray(new JsonObject { ["dst"] = "0.0.0.0/0" }),
            },
        };
        if (mtu is { } bytes)
            ptp["mtu"] = bytes;
        var list = new JsonObject { ["cniVersion"] = "1.0.0", ["name"] = networkName, ["plugins"] = new JsonArray(ptp) };
        return list.ToJsonString(Indented) + "\n";
    }

    /// <summary>Where the configuration of a network is.</summary>
    public static string FilePath(string directory, string networkName) => Path.Combine(directory, $"10-{networkName}.conflist");

    /// <summary>Writes the file unless it already says the same. The runtime, which watches the folder, sees the old text or the new one, never a part.</summary>
    /// <returns>True when the file changed.</returns>
    public static async Task<bool> WriteAsync(string directory, string networkName, string text, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var path = FilePath(directory, networkName);
        if (File.Exists(path) && await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false) == text)
            return false;
        // The runtime loads *.conflist, *.conf and *.json only: a name with another ending is invisible to it.
        var draft = path + ".new";
        await File.WriteAllTextAsync(draft, text, cancellationToken).ConfigureAwait(false);
        File.Move(draft, path, overwrite: true);
        return true;
    }
}
