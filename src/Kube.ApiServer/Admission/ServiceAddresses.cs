using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Admission;

/// <summary>
/// Gives services their cluster addresses and node ports. What is taken is what the stored services say, so nothing can leak or be given twice
/// after a restart; an address given in this moment is reserved until its service is stored or a minute has passed.
/// </summary>
internal sealed class ServiceAddresses : IAdmission
{
    private static readonly TimeSpan Reservation = TimeSpan.FromMinutes(1);
    private readonly IObjectStore _store;
    private readonly TimeProvider _time;
    private readonly uint _first;
    private readonly uint _size;
    private readonly uint _reservedDns;
    private readonly int _firstPort;
    private readonly int _lastPort;
    private readonly IPNetwork _range;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _pending = new(StringComparer.Ordinal);

    public ServiceAddresses(IObjectStore store, ApiServerOptions options, TimeProvider time)
    {
        _store = store;
        _time = time;
        _range = IPNetwork.Parse(options.ServiceCidr);
        _first = Number(_range.BaseAddress);
        _size = 1u << (32 - _range.PrefixLength);
        _reservedDns = options.DnsServiceAddress is { } dns ? Number(IPAddress.Parse(dns)) : _first + 10;
        _firstPort = options.NodePortFirst;
        _lastPort = options.NodePortLast;
    }

    public void Admit(AdmissionRequest request)
    {
        if (request.Kind.StorageResource != "services" || request.Object is not { } service || request.Subresource.Length > 0)
            return;
        var spec = service.Ensure("spec");
        var type = spec.Text("type");
        if (type == "ExternalName")
        {
            spec.Remove("clusterIP");
            spec.Remove("clusterIPs");
            return;
        }

        lock (_lock)
        {
            Address(request, spec);
            if (type is "NodePort" or "LoadBalancer")
                Ports(request, spec);
            else
                foreach (var port in spec.Objects("ports"))
                    port.Remove("nodePort");
        }
    }

    private void Address(AdmissionRequest request, JsonObject spec)
    {
        var wanted = spec.Text("clusterIP") is { Length: > 0 } address ? address : spec.Texts("clusterIPs").FirstOrDefault();
        if (wanted == "None")
        {
            spec["clusterIP"] = "None";
            spec["clusterIPs"] = new JsonArray("None");
            return;
        }

        if (string.IsNullOrEmpty(wanted) || wanted != request.Old.Object("spec").Text("clusterIP"))
            wanted = string.IsNullOrEmpty(wanted) ? Free(request) : Claim(request, wanted);
        spec["clusterIP"] = wanted;
        spec["clusterIPs"] = new JsonArray(wanted);
    }

    private string Claim(AdmissionRequest request, string wanted)
    {
        var causes = new FieldErrors();
        if (!IPAddress.TryParse(wanted, out var address) || !_range.Contains(address))
            causes.Invalid("spec.clusterIPs", wanted, $"failed to allocate IP {wanted}: the provided IP is not in the valid range {_range}");
        else if (TakenAddresses().Contains(wanted))
            causes.Invalid("spec.clusterIPs", wanted, $"failed to allocate IP {wanted}: provided IP is already allocated");
        if (causes.Any)
            throw Refusal.Invalid(request.Kind.Gvk, request.Name, causes.Causes);
        Reserve(request, wanted);
        return wanted;
    }

    private string Free(AdmissionRequest request)
    {
        var taken = TakenAddresses();
        // A random start keeps an address from being reused at once, while connections to it may still be alive.
        var start = (uint)Randomness.Source.NextInt64(_size);
        for (uint i = 0; i < _size; i++)
        {
            var offset = (start + i) % _size;
            // The network's own address, the API server's (the first) and the broadcast address are not given away.
            if (offset < 2 || offset == _size - 1 || _first + offset == _reservedDns)
                continue;
            var text = Text(_first + offset);
            if (taken.Contains(text))
                continue;
            Reserve(request, text);
            return text;
        }

        throw new ApiStatusException(new ApiStatus(500, "InternalError", $"failed to allocate a service IP: range {_range} is full"));
    }

    private HashSet<string> TakenAddresses() => Taken(s => s.Text("clusterIP") is { } address ? [address] : []);

    private void Ports(AdmissionRequest request, JsonObject spec)
    {
        HashSet<string>? taken = null;
        var own = request.Old.Object("spec").Objects("ports").Select(p => p.Integer("nodePort") ?? 0).ToHashSet();
        foreach (var port in spec.Objects("ports"))
        {
            var wanted = port.Integer("nodePort") ?? 0;
            if (wanted > 0 && own.Contains(wanted))
                continue;
            taken ??= Taken(s => s.Objects("ports").Select(p => Port(p.Integer("nodePort") ?? 0)));
            if (wanted > 0)
            {
                var causes = new FieldErrors();
                if (wanted < _firstPort || wanted > _lastPort)
                    causes.Invalid("spec.ports[0].nodePort", wanted, $"provided port is not in the valid range. The range of valid ports is {_firstPort}-{_lastPort}");
                else if (taken.Contains(Port(wanted)))
                    causes.Invalid("spec.ports[0].nodePort", wanted, "provided port is already allocated");
                if (causes.Any)
                    throw Refusal.Invalid(request.Kind.Gvk, request.Name, causes.Causes);
            }
            else
            {
                wanted = FreePort(taken);
                port["nodePort"] = wanted;
            }

            taken.Add(Port(wanted));
            Reserve(request, Port(wanted));
        }
    }

    private int FreePort(HashSet<string> taken)
    {
        var count = _lastPort - _firstPort + 1;
        var start = Randomness.Source.Next(count);
        for (var i = 0; i < count; i++)
        {
            var port = _firstPort + ((start + i) % count);
            if (!taken.Contains(Port(port)))
                return port;
        }

        throw new ApiStatusException(new ApiStatus(500, "InternalError", "failed to allocate a node port: range is full"));
    }

    private HashSet<string> Taken(Func<JsonObject?, IEnumerable<string>> read)
    {
        var now = _time.GetUtcNow();
        foreach (var stale in _pending.Where(p => p.Value <= now).Select(p => p.Key).ToArray())
            _pending.Remove(stale);
        var taken = new HashSet<string>(_pending.Keys, StringComparer.Ordinal);
        foreach (var stored in _store.List("services", null).Items)
            taken.UnionWith(read(DocumentReader.Read(stored.Json.Span).Object("spec")));
        return taken;
    }

    private void Reserve(AdmissionRequest request, string what)
    {
        if (!request.DryRun)
            _pending[what] = _time.GetUtcNow() + Reservation;
    }

    private static string Port(long port) => "port/" + port.ToString(CultureInfo.InvariantCulture);

    private static uint Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static string Text(uint number)
    {
        var bytes = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes).ToString();
    }
}
