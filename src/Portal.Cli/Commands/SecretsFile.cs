using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary>NAME=VALUE lines; blank lines and lines that start with # are passed over. Values are never printed.</summary>
internal static class SecretsFile
{
    public static async Task<JsonObject> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (path != "-" && !File.Exists(path))
            throw new PortalProblem($"{path} does not exist.");
        var text = path == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(path, cancellationToken);
        var secrets = new JsonObject();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var trimmed = line.TrimEnd('\r');
            if (trimmed.Length == 0 || trimmed.StartsWith('#'))
                continue;
            var equals = trimmed.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new PortalProblem($"{path} line {number}: write NAME=VALUE.");
            if (!secrets.TryAdd(trimmed[..equals].Trim(), trimmed[(equals + 1)..]))
                throw new PortalProblem($"{path} line {number}: {trimmed[..equals].Trim()} is given twice.");
        }

        return secrets;
    }
}
