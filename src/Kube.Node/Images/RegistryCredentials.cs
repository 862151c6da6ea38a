using System.Buffers.Text;
using System.IO.Enumeration;
using System.Text;
using System.Text.Json;
using k8s.Models;
using Kube.Node.Cri.V1;
using Kube.Node.Pods;

namespace Kube.Node.Images;

/// <summary>
/// What a pod's <c>imagePullSecrets</c> say about the registry of an image
/// (https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/): Secrets of type
/// <c>kubernetes.io/dockerconfigjson</c> and <c>kubernetes.io/dockercfg</c>. A key is a registry, optionally with a port, a path prefix
/// and <c>*</c> for one label of the host's name.
/// </summary>
internal sealed class RegistryCredentials(IPodApi api)
{
    private const string DockerHub = "docker.io";

    /// <summary>The credentials that fit, the longest key first; empty when none does.</summary>
    /// <remarks>A missing or unreadable Secret is passed over, as the kubelet does: the image may be public or present.</remarks>
    public async Task<IReadOnlyList<AuthConfig>> ForAsync(V1Pod pod, string reference, CancellationToken ct)
    {
        var found = new List<(string Key, AuthConfig Auth)>();
        foreach (var name in (pod.Spec.ImagePullSecrets ?? []).Select(s => s.Name).Where(n => !string.IsNullOrEmpty(n)))
        {
            if (await api.GetSecretAsync(pod.Metadata.NamespaceProperty, name, ct).ConfigureAwait(false) is { } data)
                found.AddRange(Read(data).Where(entry => Fits(entry.Key, reference)));
        }

        return [.. found.OrderByDescending(entry => entry.Key.Length).Select(entry => entry.Auth)];
    }

    /// <summary>The entries of a Secret's data, keys without scheme and trailing path of Docker Hub's address.</summary>
    internal static IEnumerable<(string Key, AuthConfig Auth)> Read(IDictionary<string, byte[]> data)
    {
        if (data.TryGetValue(".dockerconfigjson", out var json))
            return Entries(json, "auths");
        return data.TryGetValue(".dockercfg", out var old) ? Entries(old, null) : [];
    }

    /// <summary>Whether a key covers a normalised image reference.</summary>
    internal static bool Fits(string key, string reference)
    {
        var (keyHost, keyPath) = Split(key);
        var (host, path) = Split(reference);
        var keyLabels = keyHost.Split('.');
        var labels = host.Split('.');
        return keyLabels.Length == labels.Length
            && keyLabels.Zip(labels).All(pair => FileSystemName.MatchesSimpleExpression(pair.First, pair.Second))
            && path.StartsWith(keyPath, StringComparison.Ordinal);
    }

    private static List<(string Key, AuthConfig Auth)> Entries(byte[] json, string? member)
    {
        var entries = new List<(string, AuthConfig)>();
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (member is not null && !root.TryGetProperty(member, out root))
                return entries;
            foreach (var entry in root.EnumerateObject())
            {
                if (Credential(entry.Value) is { } auth)
                    entries.Add((Key(entry.Name), auth));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON object of the documented form: nothing in it can be used.
        }

        return entries;
    }

    private static AuthConfig? Credential(JsonElement entry)
    {
        var auth = new AuthConfig { Username = Text("username"), Password = Text("password"), IdentityToken = Text("identitytoken"), RegistryToken = Text("registrytoken") };
        if (auth.Username.Length == 0 && Text("auth") is { Length: > 0 } pair && Base64.IsValid(pair))
        {
            var decoded = Encoding.UTF8.GetString(Convert.FromBase64String(pair)).Split(':', 2);
            if (decoded.Length == 2)
                (auth.Username, auth.Password) = (decoded[0], decoded[1]);
        }

        return auth.Username.Length + auth.IdentityToken.Length + auth.RegistryToken.Length > 0 ? auth : null;

        string Text(string name) => entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
    }

    private static string Key(string name)
    {
        var key = name.Contains("://", StringComparison.Ordinal) ? name[(name.IndexOf("://", StringComparison.Ordinal) + 3)..] : name;
        // Docker's own tool writes the address of the API's version instead of the registry.
        foreach (var version in (string[])["/v1/", "/v1", "/v2/", "/v2"])
        {
            if (key.EndsWith(version, StringComparison.Ordinal))
                key = key[..^version.Length];
        }

        key = key.TrimEnd('/');
        return key is "index.docker.io" or "registry-1.docker.io" ? DockerHub : key;
    }

    private static (string Host, string Path) Split(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (text, "") : (text[..slash], text[slash..]);
    }
}
