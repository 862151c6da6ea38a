using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Kube.Node.Registration;

/// <summary>A join string: bootstrap token and the hash that pins the cluster's certificate authority.</summary>
internal sealed partial record JoinString(string Token, string CaHash)
{
    /// <summary>Reads <c>abcdef.0123456789abcdef:&lt;64 hex digits&gt;</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out JoinString? join)
    {
        var match = Form().Match(text.Trim());
        join = match.Success ? new JoinString(match.Groups[1].Value, match.Groups[2].Value) : null;
        return match.Success;
    }

    /// <summary>Without the secret, for logs.</summary>
    public override string ToString() => $"{Token.Split('.')[0]}.***:{CaHash}";

    [GeneratedRegex("^([a-z0-9]{6}\\.[a-z0-9]{16,64}):([0-9a-f]{64})$")]
    private static partial Regex Form();
}
