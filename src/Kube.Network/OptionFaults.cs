using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Kube.Network;

/// <summary>Collects every fault of an options record, so that all are told at once, each with its key.</summary>
internal sealed partial class OptionFaults(string section)
{
    private readonly List<string> _faults = [];

    /// <summary>Notes a fault unless the condition holds.</summary>
    public void Require(bool condition, string key, string expectation)
    {
        if (!condition)
            _faults.Add($"{section}:{key} {expectation}.");
    }

    /// <summary>A DNS label: it becomes part of device, table and file names.</summary>
    public void RequireLabel(string? value, string key) => Require(value is not null && Label().IsMatch(value), key, "must be a DNS label (a-z, 0-9 and -, at most 63)");

    /// <summary>An absolute path.</summary>
    public void RequirePath(string? value, string key) => Require(value is not null && Path.IsPathRooted(value), key, "must be an absolute path");

    /// <summary>A CIDR of IPv4 addresses.</summary>
    public void RequireIPv4(IPNetwork value, string key) =>
        Require(value.BaseAddress.AddressFamily == AddressFamily.InterNetwork && value.PrefixLength is > 0 and < 32, key, "must be an IPv4 CIDR such as 10.244.0.0/16");

    /// <summary>Throws when there are faults.</summary>
    /// <exception cref="OptionsValidationException">Lists all faults.</exception>
    public void ThrowIfAny(Type options)
    {
        if (_faults.Count > 0)
            throw new OptionsValidationException(section, options, _faults);
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
    private static partial Regex Label();
}
