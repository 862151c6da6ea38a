using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Cli.Audit;

/// <summary>
/// Checks an exported audit without the server that made it. Each line is JSON: <c>{"kind":"audit",…}</c> once, then <c>act</c> and <c>checkpoint</c> lines. The hash of an act is
/// SHA-256 over the hash before it (32 zero bytes at first) and the act's other members in canonical JSON (RFC 8785) without <c>kind</c> and <c>hash</c>; a checkpoint's signature
/// is ECDSA (P-256, SHA-256, DER) over the canonical JSON of its <c>at</c>, <c>hash</c>, <c>sequence</c> and <c>team</c>.
/// </summary>
internal sealed class AuditFile
{
    private static readonly string[] Signed = ["at", "hash", "sequence", "team"];
    private byte[] _former = new byte[SHA256.HashSizeInBytes];
    private string _team = "";
    private long _line;

    /// <summary>How many acts fit.</summary>
    public long Acts { get; private set; }

    /// <summary>How many signatures fit.</summary>
    public int Checkpoints { get; private set; }

    /// <summary>The place of the last act that a signature covers.</summary>
    public long SignedUpTo { get; private set; }

    /// <summary>The last hash, in hex.</summary>
    public string Head => Acts == 0 ? "" : Convert.ToHexStringLower(_former);

    /// <summary>Reads a whole file.</summary>
    /// <param name="lines">Its text.</param>
    /// <param name="trustedKey">The public key in PEM that was kept elsewhere; null to trust the one in the file, which shows only that the file fits itself.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What does not fit, naming the line; null when all does.</returns>
    public async Task<string?> CheckAsync(TextReader lines, string? trustedKey, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create();
        while (await lines.ReadLineAsync(cancellationToken) is { } text)
        {
            _line++;
            if (text.Length == 0) continue;
            JsonObject line;
            try
            {
                line = JsonNode.Parse(text, null, new JsonDocumentOptions { AllowDuplicateProperties = false })?.AsObject() ?? throw new JsonException();
                if (Check(line, key, trustedKey) is { } fault) return $"line {_line}: {fault}";
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException or CryptographicException or KeyNotFoundException)
            {
                return $"line {_line}: it is not a line of an exported audit.";
            }
        }

        if (_team.Length == 0) return "the file is empty.";
        if (SignedUpTo < Acts) return $"acts {SignedUpTo + 1} to {Acts} are covered by no signature: an export always ends with one.";
        return null;
    }

    private string? Check(JsonObject line, ECDsa key, string? trustedKey)
    {
        var kind = (string?)line["kind"];
        line.Remove("kind");
        if (_team.Length == 0)
        {
            if (kind != "audit") return "the first line must be the head of the export.";
            var given = (string)line["publicKey"]!;
            key.ImportFromPem(trustedKey ?? given);
            if (trustedKey is not null && key.ExportSubjectPublicKeyInfoPem().Trim() != given.Trim()) return "the export was signed with another key than the one given.";
            _team = (string)line["teamId"]!;
            return null;
        }

        return kind switch { "act" => CheckAct(line), "checkpoint" => CheckCheckpoint(line, key), _ => "its kind is not known." };
    }

    private string? CheckAct(JsonObject act)
    {
        var hash = (string)act["hash"]!;
        act.Remove("hash");
        var sequence = (long)act["sequence"]!;
        if (sequence != Acts + 1) return $"act {Acts + 1} is missing; {sequence} follows.";
        if ((string?)act["team"] != _team) return "it is of another team.";
        var expected = SHA256.HashData([.. _former, .. Canonical(act)]);
        if (Convert.ToHexStringLower(expected) != hash) return $"act {sequence} was changed: its hash does not fit.";
        (_former, Acts) = (expected, sequence);
        return null;
    }

    private string? CheckCheckpoint(JsonObject checkpoint, ECDsa key)
    {
        if ((long)checkpoint["sequence"]! != Acts || (string?)checkpoint["hash"] != Head || (string?)checkpoint["team"] != _team) return "the checkpoint does not fit the acts before it.";
        var signature = Convert.FromBase64String((string)checkpoint["signature"]!);
        var statement = new JsonObject(Signed.Select(name => KeyValuePair.Create(name, checkpoint[name]?.DeepClone())));
        if (!key.VerifyData(Canonical(statement), signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)) return "the checkpoint's signature is not of this key.";
        Checkpoints++;
        SignedUpTo = Acts;
        return null;
    }

    private static byte[] Canonical(JsonObject line) => Encoding.UTF8.GetBytes("{" + string.Join(',', line.OrderBy(member => member.Key, StringComparer.Ordinal)
        .Select(member => $"{Quoted(member.Key)}:{(member.Value!.GetValueKind() == JsonValueKind.Number ? ((long)member.Value).ToString(CultureInfo.InvariantCulture) : Quoted((string)member.Value!))}")) + "}");

    private static string Quoted(string text) => "\"" + string.Concat(text.Select(c => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
        _ => c.ToString(),
    })) + "\"";
}
