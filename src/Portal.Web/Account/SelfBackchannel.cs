using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Portal.Identity;

namespace Portal.Web.Account;

/// <summary>Takes the console's requests to its own issuer straight to where this process listens: the public name may only
/// resolve outside, or lead through a proxy that is not up yet.</summary>
internal sealed class SelfBackchannel(IOptions<PortalIdentityOptions> options, IServer server)
    : DelegatingHandler(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var issuer = options.Value.PublicUrl!;
        if (request.RequestUri is { } uri && uri.GetLeftPart(UriPartial.Authority) == issuer.GetLeftPart(UriPartial.Authority) && LocalAddress() is { } local)
        {
            request.Headers.Host = options.Value.PublicHost.ToUriComponent();
            request.RequestUri = new UriBuilder(uri) { Scheme = local.Scheme, Host = local.Host, Port = local.Port }.Uri;
        }

        return base.SendAsync(request, cancellationToken);
    }

    private Uri? LocalAddress() => options.Value.BackchannelAddress
        ?? server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(Reachable).FirstOrDefault(address => address is not null);

    // The forms Kestrel reports: http://[::]:5080, http://0.0.0.0:5080, http://*:5080, http://localhost:5080, http://unix:/path.
    internal static Uri? Reachable(string address)
    {
        var binding = Microsoft.AspNetCore.Http.BindingAddress.Parse(address);
        if (binding.Scheme != Uri.UriSchemeHttp || binding.IsUnixPipe || binding.IsNamedPipe)
            return null;
        var host = binding.Host is "*" or "+"
            || (IPAddress.TryParse(binding.Host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
            ? "127.0.0.1" : binding.Host;
        return new UriBuilder(Uri.UriSchemeHttp, host, binding.Port).Uri;
    }
}
