using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Testing;

/// <summary>
/// A second agent of an instance, in a network namespace of its own, joined with a one-time token under the name <see cref="Name"/> and with the sample's image. Goes
/// without a trace when it is disposed.
/// </summary>
public sealed class SecondNode : IAsyncDisposable
{
    /// <summary>The node's name.</summary>
    public const string Name = "second";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly PortalInstance _portal;
    private readonly NodeNamespace _namespace;
    private readonly string _data;
    private readonly string _token;
    private Process _agent;

    private SecondNode(PortalInstance portal, NodeNamespace network, string data, string token)
    {
        _portal = portal;
        _namespace = network;
        _data = data;
        _token = token;
        _agent = network.Network.Start(portal.Executable, Arguments(data, Name));
    }

    /// <summary>Starts the agent and waits until its node is Ready.</summary>
    public static async Task<SecondNode> JoinAsync(PortalInstance portal)
    {
        var instance = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(portal.Data, "instance.json")))!;
        var network = await NodeNamespace.CreateAsync(Name, (string)instance["podCidr"]!, (string)instance["serviceCidr"]!);
        var data = portal.Data + "-node2";
        Directory.CreateDirectory(Path.Combine(data, "images"));
        await PortalInstance.RunAsync(Repository.Path("deploy/samples/build-image"), [Path.Combine(data, "images")]);
        var token = (await portal.PortalAsync(["node", "token", "--data", portal.Data])).Output.Trim();
        var node = new SecondNode(portal, network, data, token);
        try
        {
            await Eventually.Async("the second node Ready", node.ReadyAsync, status => status == "True", Patience);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tries to join a third node with the token that this one has spent.</summary>
    public Task<CommandResult> JoinAgainAsync() =>
        PortalInstance.RunAsync("nsenter", [$"--net={_namespace.Network.Path}", "--", _portal.Executable, .. Arguments(_data + "-again", "third"), "--join-only"]);

    /// <summary>The agent's data directory.</summary>
    public string Data => _data;

    /// <summary>kill -9 of the agent: for the cluster the machine is gone.</summary>
    public void Kill() => _agent.Kill();

    /// <summary>Loses the node.</summary>
    public async Task LoseAsync(LossKind kind)
    {
        switch (kind)
        {
            case LossKind.Killed:
                Kill();
                break;
            case LossKind.Suspended:
                // Its connections stay open.
                await SignalAsync("-STOP");
                break;
            default:
                await _namespace.CutAsync(inbound: kind != LossKind.Mute, outbound: kind != LossKind.Deaf);
                break;
        }
    }

    /// <summary>Brings back a node that was lost in this way.</summary>
    public async Task ReturnAsync(LossKind kind)
    {
        switch (kind)
        {
            case LossKind.Killed:
                _agent = _namespace.Network.Start(_portal.Executable, Arguments(_data, Name));
                break;
            case LossKind.Suspended:
                await SignalAsync("-CONT");
                break;
            default:
                await _namespace.MendAsync();
                break;
        }
    }

    /// <summary>The status of the node's condition Ready: True, False or Unknown.</summary>
    public async Task<string> ReadyAsync() =>
        (await _portal.KubectlAsync("get", "node", Name, "-o", "jsonpath={.status.conditions[?(@.type=='Ready')].status}")).Output;

    /// <summary>Kills the agent and waits until as many Ready pods as given run on other nodes.</summary>
    /// <param name="ns">The pods' namespace.</param>
    /// <param name="pods">How many are awaited.</param>
    /// <returns>The time it took.</returns>
    public async Task<TimeSpan> LoseAsync(string ns, int pods)
    {
        var clock = Stopwatch.StartNew();
        Kill();
        await Eventually.Async($"{pods} Ready pods elsewhere", () => NodesOfReadyPodsAsync(_portal, ns), nodes => nodes.Count(node => node != Name) >= pods, Patience);
        return clock.Elapsed;
    }

    /// <summary>For each Ready pod of a namespace the node it runs on.</summary>
    public static async Task<string[]> NodesOfReadyPodsAsync(PortalInstance portal, string ns) =>
        (await portal.KubectlOkAsync("get", "pods", "-n", ns, "-o", "jsonpath={range .items[*]}{.spec.nodeName} {.status.conditions[?(@.type=='Ready')].status}{\"\\n\"}{end}"))
            .Split('\n')
            .Where(line => line.EndsWith(" True", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0])
            .ToArray();

    public async ValueTask DisposeAsync()
    {
        await _portal.KubectlAsync("delete", "node", Name, "--wait=false");
        await _namespace.MendAsync();
        if (!_agent.HasExited)
            _agent.Kill();
        // In the node's own namespace: what it holds in the kernel carries the same names as the first node's.
        await _namespace.Network.RunAsync(_portal.Executable, "agent", "--data", _data, "--tear-down");
        foreach (var left in new[] { _data, _data + "-again" }.Where(Directory.Exists))
            Directory.Delete(left, recursive: true);
        await _namespace.DisposeAsync();
    }

    private Task<CommandResult> SignalAsync(string signal) => PortalInstance.RunAsync("kill", [signal, _agent.Id.ToString(CultureInfo.InvariantCulture)]);

    private string[] Arguments(string data, string name) =>
        ["agent", "--server", $"https://{_namespace.MachineAddress}:{_portal.PortBase + 1}", "--token", _token, "--data", data, "--name", name, "--node-ip", _namespace.NodeAddress];
}
