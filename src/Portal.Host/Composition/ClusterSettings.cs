using Portal.Core;
using Portal.Host.Instance;

namespace Portal.Host.Composition;

/// <summary>
/// What the operator sets about clusters added by kubeconfig, in <c>DATA/clusters.json</c>: <c>{"networks":["10.0.0.0/8"]}</c>. Read at start; without the file a team's clusters lie on the public
/// internet, and those of the platform everywhere but on this machine.
/// </summary>
/// <param name="Networks">Further networks where clusters may be.</param>
internal sealed record ClusterSettings(string[]? Networks = null)
{
    /// <summary>Fills the options.</summary>
    /// <exception cref="StartException">The file is no such JSON.</exception>
    public static void Apply(PortalCoreOptions core, DataDirectory data)
    {
        foreach (var network in OperatorFile.Read<ClusterSettings>(data, "clusters.json")?.Networks ?? [])
            core.ClusterNetworks.Add(network);
    }
}
