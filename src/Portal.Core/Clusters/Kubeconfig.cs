using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Portal.Core.Apps.Documents;
using Portal.Core.Results;

namespace Portal.Core.Clusters;

/// <summary>
/// Reads the one context of a kubeconfig that is to be used. Everything has to stand in the text itself: what would run a program or read a file would do so on the portal's server
/// and is refused by the name of its field. No message quotes a value.
/// </summary>
internal static class Kubeconfig
{
    /// <summary>The path that faults begin with.</summary>
    public const string Field = "kubeconfig";

    // https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
    private static readonly Dictionary<string, string> RefusedOfCluster = new(StringComparer.Ordinal)
    {
        ["certificate-authority"] = "names a file, which would be read on Portal's server; put its content in as certificate-authority-data (kubectl config view --flatten --raw does)",
        ["insecure-skip-tls-verify"] = "would trust whoever answers; give certificate-authority-data instead",
        ["proxy-url"] = "would send the credentials through another server; give an address that can be reached directly",
    };

    private static readonly Dictionary<string, string> RefusedOfUser = new(StringComparer.Ordinal)
    {
        ["exec"] = "would run a program on Portal's server; give a service account's token instead (kubectl create token NAME --duration 8760h)",
        ["auth-provider"] = "would run a sign-in on Portal's server; give a service account's token instead (kubectl create token NAME --duration 8760h)",
        ["tokenFile"] = "names a file, which would be read on Portal's server; put the token in as token",
        ["client-certificate"] = "names a file, which would be read on Portal's server; put its content in as client-certificate-data (kubectl config view --flatten --raw does)",
        ["client-key"] = "names a file, which would be read on Portal's server; put its content in as client-key-data (kubectl config view --flatten --raw does)",
        ["username"] = "is a kind of sign-in that Kubernetes no longer has; give a token or a client certificate",
        ["password"] = "is a kind of sign-in that Kubernetes no longer has; give a token or a client certificate",
        ["as"] = "acts for somebody else; give the credentials of the account itself",
        ["as-uid"] = "acts for somebody else; give the credentials of the account itself",
        ["as-groups"] = "acts for somebody else; give the credentials of the account itself",
        ["as-user-extra"] = "acts for somebody else; give the credentials of the account itself",
    };

    private static readonly string[] KnownOfCluster = ["server", "certificate-authority-data", "tls-server-name", "disable-compression", "extensions"];
    private static readonly string[] KnownOfUser = ["token", "client-certificate-data", "client-key-data", "extensions"];

    /// <summary>What leads to the cluster of a context.</summary>
    /// <param name="text">The kubeconfig, YAML or JSON.</param>
    /// <param name="context">The context; the current one, or the only one, when null.</param>
    public static Result<ClusterAccess> Read(string text, string? context)
    {
        ArgumentNullException.ThrowIfNull(text);
        var faults = new List<FieldError>();
        if (YamlDocumentReader.Read(text, faults) is not MapNode root || faults.Count > 0)
            return Error.Invalid(new FieldError(Field, "This is no kubeconfig: not the YAML of one, or with anchors, aliases or keys that stand twice.", faults.FirstOrDefault()?.Line));
        if (Text(root, "kind") is not (null or "Config")) return Error.Invalid($"{Field}.kind", "Must be Config.");

        var contexts = Named(root, "contexts");
        var wanted = string.IsNullOrWhiteSpace(context) ? Text(root, "current-context") is { Length: > 0 } current ? current : contexts.Count == 1 ? contexts[0].Name : null : context.Trim();
        if (wanted is null) return Error.Invalid("context", "The kubeconfig has no current-context; name the context to use.");
        if (contexts.Find(one => one.Name == wanted).Node is not { } chosen || Map(chosen, "context") is not { } pair)
            return Error.Invalid("context", contexts.Count == 0 ? "The kubeconfig has no contexts." : $"The kubeconfig has no such context; it has {string.Join(", ", contexts.Select(one => one.Name))}.");
        var cluster = Part(root, "clusters", Text(pair, "cluster"), "cluster", RefusedOfCluster, KnownOfCluster, faults);
        var user = Part(root, "users", Text(pair, "user"), "user", RefusedOfUser, KnownOfUser, faults);
        if (cluster is null || user is null || faults.Count > 0) return Error.Invalid(faults);

        var server = Server(cluster.Value, faults);
        var authority = Pem(cluster.Value, "certificate-authority-data", IsCertificates, "certificates", faults);
        var certificate = Pem(user.Value, "client-certificate-data", IsCertificates, "a certificate", faults);
        var key = Pem(user.Value, "client-key-data", pem => pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal), "a private key", faults);
        var token = Text(user.Value.Node, "token") is { Length: > 0 } given ? given.Trim() : null;
        if (token is { } bearer && (bearer.Length > 16 * 1024 || bearer.Any(c => c <= ' ' || c > '~'))) faults.Add(new($"{user.Value.Path}.token", "Must be a bearer token on one line."));
        if ((certificate is null) != (key is null) && faults.Count == 0) faults.Add(new(user.Value.Path, "client-certificate-data and client-key-data belong together."));
        else if (certificate is not null && key is not null && faults.Count == 0 && !Fit(certificate, key)) faults.Add(new($"{user.Value.Path}.client-key-data", "Is not the key of client-certificate-data."));
        if (token is null && certificate is null && faults.Count == 0) faults.Add(new(user.Value.Path, "Has no credentials; give a token or a client certificate with its key."));
        if (faults.Count > 0) return Error.Invalid(faults);
        return new ClusterAccess(server!, authority, Text(cluster.Value.Node, "tls-server-name") is { Length: > 0 } name ? name : null, token, certificate, key);
    }

    private static Section? Part(MapNode root, string list, string? name, string key, Dictionary<string, string> refused, string[] known, List<FieldError> faults)
    {
        if (string.IsNullOrEmpty(name) || Named(root, list).Find(one => one.Name == name).Node is not { } found || Map(found, key) is not { } node)
        {
            faults.Add(new($"{Field}.{list}", $"Has no {key} for the context."));
            return null;
        }

        var path = $"{Field}.{list}[{name}].{key}";
        foreach (var entry in node.Entries.Where(entry => entry.Value is not ScalarNode { Text: "" } and not ScalarNode { IsNull: true } and not ScalarNode { Text: "false" }))
        {
            if (refused.TryGetValue(entry.Key, out var why)) faults.Add(new($"{path}.{entry.Key}", $"{entry.Key} {why}.", entry.Line));
            else if (!known.Contains(entry.Key)) faults.Add(new($"{path}.{entry.Key}", $"{entry.Key} is not known here.", entry.Line));
        }

        return new(node, path);
    }

    private static Uri? Server(Section cluster, List<FieldError> faults)
    {
        if (Uri.TryCreate(Text(cluster.Node, "server"), UriKind.Absolute, out var server) && server is { Scheme: "https", Host.Length: > 0, UserInfo: "", Query: "", Fragment: "" }) return server;
        faults.Add(new($"{cluster.Path}.server", "Must be an https address such as https://cluster.example.com:6443, without a user, a query or a fragment."));
        return null;
    }

    private static string? Pem(Section section, string key, Func<string, bool> isUsable, string what, List<FieldError> faults)
    {
        if (Text(section.Node, key) is not { Length: > 0 } text) return null;
        try
        {
            if (isUsable(Encoding.UTF8.GetString(Convert.FromBase64String(text)))) return text;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            // Said below.
        }

        faults.Add(new($"{section.Path}.{key}", $"Must be {what} in PEM, encoded in base64."));
        return null;
    }

    private static bool IsCertificates(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        foreach (var certificate in certificates) certificate.Dispose();
        return certificates.Count > 0;
    }

    private static bool Fit(string certificate, string key)
    {
        try
        {
            using var both = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(certificate)), Encoding.UTF8.GetString(Convert.FromBase64String(key)));
            return both.HasPrivateKey;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static List<(string Name, MapNode Node)> Named(MapNode root, string list) =>
        Value(root, list) is ListNode { Items: var items } ? [.. items.OfType<MapNode>().Select(item => (Text(item, "name") ?? "", item))] : [];

    private static DocumentNode? Value(MapNode node, string key) => node.Entries.FirstOrDefault(entry => entry.Key == key)?.Value;

    private static MapNode? Map(MapNode node, string key) => Value(node, key) as MapNode;

    private static string? Text(MapNode node, string key) => Value(node, key) is ScalarNode { IsNull: false } scalar ? scalar.Text : null;

    private readonly record struct Section(MapNode Node, string Path);
}
