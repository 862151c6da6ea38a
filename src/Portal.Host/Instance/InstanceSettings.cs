using System.Text.Json;

namespace Portal.Host.Instance;

/// <summary>
/// What is decided once for an instance and never changes: the number that keeps it apart from other instances on this machine
/// (addresses, names in the kernel), and the port base it was started with last.
/// </summary>
/// <param name="Index">0-31, unique on this machine.</param>
/// <param name="PodCidr">The cluster's pod range.</param>
/// <param name="ServiceCidr">The cluster's service range.</param>
internal sealed record InstanceSettings(int Index, string PodCidr, string ServiceCidr)
{
    private const int MostInstances = 32;
    private const string RegistryPath = "/var/lib/portal-instances";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Short name for everything that is global in a kernel: nft table, bridge, cgroup, CNI network.</summary>
    public string Id => $"portal{Index}";

    /// <summary>The first address of the service range: the <c>kubernetes</c> service by convention.</summary>
    public string KubernetesServiceIp => AddressInServiceRange(1);

    /// <summary>The cluster DNS address by convention.</summary>
    public string ClusterDns => AddressInServiceRange(10);

    /// <summary>Reads the settings of a data directory, or decides them on its first start.</summary>
    /// <exception cref="StartException">All numbers are taken.</exception>
    public static InstanceSettings LoadOrCreate(DataDirectory data)
    {
        if (File.Exists(data.InstanceFile))
            return JsonSerializer.Deserialize<InstanceSettings>(File.ReadAllText(data.InstanceFile), Json)
                ?? throw new StartException($"{data.InstanceFile} is empty. Restore it from a backup, or remove the data directory to start anew.");

        var index = Claim(data.Root);
        var settings = new InstanceSettings(index, $"10.{128 + index}.0.0/16", $"10.{192 + index}.0.0/16");
        OwnerFile.Write(data.InstanceFile, JsonSerializer.Serialize(settings, Json));
        return settings;
    }

    /// <summary>Takes over the settings of an instance that is restored: its objects hold addresses of its ranges, so its number must be free here.</summary>
    /// <exception cref="StartException">Another instance of this machine has the number.</exception>
    public static InstanceSettings Adopt(DataDirectory data, string json)
    {
        var settings = JsonSerializer.Deserialize<InstanceSettings>(json, Json) ?? throw new StartException("the backup's instance.json is empty.");
        if (!TryClaim(settings.Index, data.Root))
            throw new StartException($"the backup's instance has the number {settings.Index} ({settings.PodCidr}, {settings.ServiceCidr}), which another instance of this machine has. Remove that one with deploy/down --purge, or restore on another machine.");
        OwnerFile.Write(data.InstanceFile, JsonSerializer.Serialize(settings, Json));
        return settings;
    }

    /// <summary>Gives the number back when a data directory is purged.</summary>
    public void Release() => File.Delete(Path.Combine(RegistryPath, Index.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    // One small file a number; creating it exclusively is the lock. A file whose data directory is gone is free again.
    private static int Claim(string root)
    {
        for (var index = 0; index < MostInstances; index++)
        {
            if (TryClaim(index, root))
                return index;
        }

        throw new StartException($"This machine already has {MostInstances} Portal instances. Remove one with deploy/down --purge; {RegistryPath} lists them.");
    }

    private static bool TryClaim(int index, string root)
    {
        Directory.CreateDirectory(RegistryPath);
        var path = Path.Combine(RegistryPath, index.ToString(System.Globalization.CultureInfo.InvariantCulture));
        try
        {
            if (File.Exists(path))
            {
                var owner = File.ReadAllText(path).Trim();
                if (owner == root)
                    return true;
                if (owner.Length == 0 || File.Exists(Path.Combine(owner, "instance.json")))
                    return false;
                File.Delete(path);
            }

            using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            using var writer = new StreamWriter(stream);
            writer.Write(root);
            return true;
        }
        catch (IOException)
        {
            // Another instance took the number between the look and the creation.
            return false;
        }
    }

    private string AddressInServiceRange(int last)
    {
        var prefix = ServiceCidr[..ServiceCidr.IndexOf('/', StringComparison.Ordinal)];
        return prefix[..(prefix.LastIndexOf('.') + 1)] + last.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
