using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Kube.Node.Images;

/// <summary>
/// Builds a container image of one layer as a tar archive (docker's layout: manifest.json, a configuration, a layer), with nothing
/// but tar and SHA-256. Entries carry no time, so equal content gives equal bytes.
/// </summary>
public sealed class ImageArchive
{
    private readonly List<TarEntry> _entries = [];

    /// <summary>Command that runs when a pod gives none, the image's ENTRYPOINT.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>The image's environment, <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>User the image runs as, a name or number; empty is root.</summary>
    public string User { get; init; } = "";

    /// <summary>Adds a directory.</summary>
    /// <param name="path">Absolute path in the image.</param>
    /// <param name="mode">Permission bits.</param>
    public ImageArchive AddDirectory(string path, int mode = 0x1ED)
    {
        _entries.Add(new PaxTarEntry(TarEntryType.Directory, path.Trim('/') + "/") { Mode = (UnixFileMode)mode, ModificationTime = DateTimeOffset.UnixEpoch });
        return this;
    }

    /// <summary>Adds a regular file.</summary>
    /// <param name="path">Absolute path in the image.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="executable">Mode 0755 instead of 0644.</param>
    public ImageArchive AddFile(string path, byte[] content, bool executable = false)
    {
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        if (executable)
            mode |= UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        _entries.Add(new PaxTarEntry(TarEntryType.RegularFile, path.Trim('/')) { Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch, DataStream = new MemoryStream(content) });
        return this;
    }

    /// <summary>Adds a symbolic link.</summary>
    public ImageArchive AddLink(string path, string target)
    {
        _entries.Add(new PaxTarEntry(TarEntryType.SymbolicLink, path.Trim('/')) { LinkName = target, ModificationTime = DateTimeOffset.UnixEpoch });
        return this;
    }

    /// <summary>Writes the archive.</summary>
    /// <param name="name">Full reference, for instance <c>localhost/portal/hello:1</c>.</param>
    /// <param name="destination">Receives the tar.</param>
    public void Write(string name, Stream destination)
    {
        using var layer = new MemoryStream();
        using (var writer = new TarWriter(layer, leaveOpen: true))
        {
            foreach (var entry in _entries)
            {
                if (entry.DataStream is { } data)
                    data.Position = 0;
                writer.WriteEntry(entry);
            }
        }

        var layerDigest = Digest(layer);
        var process = new JsonObject { [nameof(Entrypoint)] = Strings(Entrypoint), ["Env"] = Strings(Environment), [nameof(User)] = User };
        var configuration = new JsonObject
        {
            ["architecture"] = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64",
            ["os"] = "linux",
            ["created"] = "1970-01-01T00:00:00Z",
            ["config"] = process,
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray("sha256:" + layerDigest) },
        };
        using var config = new MemoryStream(Encoding.UTF8.GetBytes(configuration.ToJsonString()));
        var configName = Digest(config) + ".json";
        var manifest = new JsonArray(new JsonObject
        {
            ["Config"] = configName,
            ["RepoTags"] = new JsonArray(name),
            ["Layers"] = new JsonArray(layerDigest + "/layer.tar"),
        });
        using var manifestBytes = new MemoryStream(Encoding.UTF8.GetBytes(manifest.ToJsonString()));
        using var archive = new TarWriter(destination, leaveOpen: true);
        Append(archive, layerDigest + "/layer.tar", layer);
        Append(archive, configName, config);
        Append(archive, "manifest.json", manifestBytes);
    }

    private static void Append(TarWriter archive, string name, Stream content)
    {
        content.Position = 0;
        archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { ModificationTime = DateTimeOffset.UnixEpoch, DataStream = content });
    }

    private static string Digest(Stream content)
    {
        content.Position = 0;
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);
}
