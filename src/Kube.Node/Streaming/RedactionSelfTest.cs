using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Kube.Node.Streaming;

/// <summary>
/// Sends a canary through the very path that logs take, in each form and cut into pieces at each place. A node on which it comes out again does not serve logs and says so in its
/// conditions: a promise to hide secrets is worth what its last test is.
/// </summary>
internal static class RedactionSelfTest
{
    private static readonly Lazy<bool> Once = new(() => RunAsync(values => new LogRedactor(values)).GetAwaiter().GetResult());

    /// <summary>Whether the canary stayed in.</summary>
    public static bool Passed => Once.Value;

    /// <param name="redactor">Makes what is tested, from the values it must hide.</param>
    public static async Task<bool> RunAsync(Func<IEnumerable<byte[]>, LogRedactor> redactor)
    {
        var canary = Encoding.ASCII.GetBytes("canary/" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12)) + "+&");
        var hides = redactor([canary]);
        string[] texts =
        [
            Encoding.Latin1.GetString(canary),
            Convert.ToBase64String(canary),
            Convert.ToBase64String([(byte)'x', .. canary, (byte)'y']),
            Convert.ToBase64String([(byte)'x', (byte)'x', .. canary]),
            Uri.EscapeDataString(Encoding.ASCII.GetString(canary)),
        ];
        foreach (var text in texts)
        {
            for (var cut = 1; cut < text.Length; cut++)
            {
                using var result = new MemoryStream();
                var output = new LogOutput(new LogRequest(false, null, null, false, null), result, hides);
                var log = Encoding.Latin1.GetBytes($"2026-01-01T00:00:00Z stdout P before {text[..cut]}\n2026-01-01T00:00:00Z stdout F {text[cut..]} after\n");
                await output.TakeAsync(log, CancellationToken.None).ConfigureAwait(false);
                await output.EndAsync(CancellationToken.None).ConfigureAwait(false);
                var shown = Encoding.Latin1.GetString(result.ToArray());
                // The characters at a base64 text's ends also depend on its neighbours; they may stay.
                if (shown.Contains(text[3..^4], StringComparison.Ordinal) || !shown.Contains(LogRedactor.Mark, StringComparison.Ordinal) || !shown.StartsWith("before ", StringComparison.Ordinal) || !shown.EndsWith(" after\n", StringComparison.Ordinal))
                    return false;
            }
        }

        return true;
    }
}
