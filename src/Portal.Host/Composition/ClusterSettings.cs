using System.Text.Json;
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
    private const string FileName = "clusters.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>Fills the options.</summary>
    /// <exception cref="StartException">The file is no such JSON.</exception>
    public static void Apply(PortalCoreOptions core, DataDirectory data)
    {
        var path = Path.Combine(data.Root, FileName);
        if (!File.Exists(path))
            return;
        try
        {
            foreach (var network in JsonSerializer.Deserialize<ClusterSettings>(File.ReadAllBytes(path), Json)?.Networks ?? [])
                core.ClusterNetworks.Add(network);
        }
        catch (JsonException exception)
        {
            throw new StartException($"{path} is not as it must be: {exception.Path} in line {exception.LineNumber + 1}.", exception);
        }
    }
}
