using System.Text;

namespace Kube.ApiServer.Http.Streaming;

/// <summary>What a request to <c>exec</c>, <c>attach</c> or <c>portforward</c> asks of which node.</summary>
/// <param name="Node">The pod's node.</param>
/// <param name="PathAndQuery">The same request in the kubelet's API.</param>
/// <param name="Stdin">Standard input is sent.</param>
/// <param name="Stdout">Standard output is wanted.</param>
/// <param name="Stderr">Standard error is wanted.</param>
/// <param name="Terminal">The process has a terminal; what it writes to standard error then comes on standard output.</param>
internal sealed record StreamTarget(string Node, string PathAndQuery, bool Stdin, bool Stdout, bool Stderr, bool Terminal)
{
    public static StreamTarget Exec(ResourceRequest request, string node, string container)
    {
        var command = request.Http.Request.Query["command"];
        if (command.Count == 0)
            throw Refusal.BadRequest("you must specify at least 1 command for the container");
        var target = Process(request, node, container, "exec", request.Flag("tty"));
        var path = new StringBuilder(target.PathAndQuery);
        foreach (var argument in command)
            path.Append("&command=").Append(Uri.EscapeDataString(argument ?? ""));
        return target with { PathAndQuery = path.ToString() };
    }

    /// <summary>Attaching takes the terminal that the container has; what the client believes cannot change it.</summary>
    public static StreamTarget Attach(ResourceRequest request, string node, string container, bool terminal) =>
        Process(request, node, container, "attach", terminal);

    public static StreamTarget PortForward(ResourceRequest request, string node)
    {
        var ports = request.Http.Request.Query["ports"].SelectMany(p => (p ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)).ToList();
        foreach (var port in ports)
        {
            if (!ushort.TryParse(port, System.Globalization.CultureInfo.InvariantCulture, out var number) || number == 0)
                throw Refusal.BadRequest($"unable to parse \"{port}\" as a port");
        }

        var path = $"/portForward/{Escaped(request.Path.Namespace)}/{Escaped(request.Path.Name)}";
        return new StreamTarget(node, ports.Count == 0 ? path : path + "?" + string.Join('&', ports.Select(p => "port=" + p)), false, false, false, false);
    }

    private static StreamTarget Process(ResourceRequest request, string node, string container, string verb, bool terminal)
    {
        var (stdin, stdout, stderr) = (request.Flag("stdin"), request.Flag("stdout"), request.Flag("stderr") && !terminal);
        if (!stdin && !stdout && !stderr)
            throw Refusal.BadRequest("you must specify at least 1 of stdin, stdout, stderr");
        var query = string.Join('&', new[] { stdin ? "input=1" : "", stdout ? "output=1" : "", stderr ? "error=1" : "", terminal ? "tty=1" : "" }.Where(q => q.Length > 0));
        return new StreamTarget(node, $"/{verb}/{Escaped(request.Path.Namespace)}/{Escaped(request.Path.Name)}/{Escaped(container)}?{query}", stdin, stdout, stderr, terminal);
    }

    private static string Escaped(string segment) => Uri.EscapeDataString(segment);
}
