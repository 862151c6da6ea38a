using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.Controllers;

/// <summary>Names of objects and of their children.</summary>
internal static class Names
{
    // Without vowels and without digits that look like them: a hash that spells no word.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int LongestName = 253;

    public static NamespacedName Of(IKubernetesObject<V1ObjectMeta> item) => new(item.Metadata.NamespaceProperty ?? "", item.Metadata.Name);

    /// <summary>A hash of a text, of the given length.</summary>
    public static string Hash(string text, int length)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return string.Create(length, digest, static (span, bytes) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Alphabet[bytes[i] % Alphabet.Length];
            }
        });
    }

    /// <summary><c>{prefix}-{suffix}</c>, the prefix cut where the whole would be too long.</summary>
    public static string Child(string prefix, string suffix, int longest = LongestName)
    {
        var room = longest - suffix.Length - 1;
        return $"{(prefix.Length > room ? prefix[..room] : prefix)}-{suffix}";
    }
}
