using Kube.Network.Processes;

namespace Kube.Network.Services;

/// <summary>The table in the kernel, and what this process knows to be in it.</summary>
internal sealed class NftTable(ServiceProxyOptions options, CommandRunner commands)
{
    private ServiceTable? _applied;

    /// <summary>What the kernel holds, or null while unknown: then the next change is a whole replacement.</summary>
    public ServiceTable? Applied => _applied;

    /// <summary>Throws unless nftables works here: a node that cannot translate service addresses must not be Ready.</summary>
    /// <exception cref="CommandException">nft is missing or not permitted.</exception>
    public Task ProbeAsync(CancellationToken cancellationToken) => commands.RunCheckedAsync("nft", ["list", "tables", "ip"], null, cancellationToken);

    /// <summary>Brings the kernel's table to the state given, by the smallest change when the present state is known.</summary>
    /// <exception cref="CommandException">nft refused; nothing has changed and the present state counts as unknown.</exception>
    public async Task ApplyAsync(ServiceTable services, CancellationToken cancellationToken)
    {
        var before = _applied;
        var script = before is null ? NftScript.Replace(options, services) : NftScript.Change(options, before, services);
        if (script.Length > 0)
        {
            _applied = null;
            await commands.RunCheckedAsync("nft", ["-f", "-"], script, cancellationToken).ConfigureAwait(false);
        }
        _applied = services;
    }

    /// <summary>Asks the kernel whether the table still stands; if somebody flushed it, its state counts as unknown.</summary>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        var chain = await commands.RunAsync("nft", ["list", "chain", "ip", options.Table, "services"], null, cancellationToken).ConfigureAwait(false);
        var hook = await commands.RunAsync("nft", ["list", "chain", "ip", options.Table, "nat-prerouting"], null, cancellationToken).ConfigureAwait(false);
        if (!chain.Output.Contains("@service-ips", StringComparison.Ordinal) || !hook.Output.Contains("jump services", StringComparison.Ordinal))
            _applied = null;
    }
}
