using System.Globalization;
using System.Net;

namespace Kube.Network.Ingress.Configuration;

/// <summary>One spelling for each host: lower-case ASCII without a final dot, international names in punycode.</summary>
internal static class HostName
{
    private static readonly IdnMapping Idn = new();

    /// <summary>Brings a rule's or a request's host into the one spelling.</summary>
    /// <returns>The name, empty for "any host", or null when it is not a host name (or is an address, which no rule may claim).</returns>
    public static string? Normalize(string? host)
    {
        if (string.IsNullOrEmpty(host))
            return "";
        var wildcard = host.StartsWith("*.", StringComparison.Ordinal);
        var name = wildcard ? host[2..] : host;
        if (name.EndsWith('.'))
            name = name[..^1];
        try
        {
            name = Idn.GetAscii(name).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }
        if (Uri.CheckHostName(name) != UriHostNameType.Dns || IPAddress.TryParse(name, out _))
            return null;
        return wildcard ? $"*.{name}" : name;
    }
}
