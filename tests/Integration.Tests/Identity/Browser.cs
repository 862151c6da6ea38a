using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace Integration.Tests.Identity;

/// <summary>What a browser does that matters here: cookies, redirects, forms with their hidden fields, the Origin header.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly HttpClient _client;

    public Browser(IdentityHost host, CookieContainer? cookies = null)
    {
        Cookies = cookies ?? new CookieContainer();
        _client = new HttpClient(new SocketsHttpHandler
        {
            CookieContainer = Cookies,
            AllowAutoRedirect = false,
            UseProxy = false,
            // The public name need not resolve: every connection goes to where the host listens.
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
                var port = context.DnsEndPoint.Host == "localhost" ? context.DnsEndPoint.Port : host.Address.Port;
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = host.PublicUrl };
        _client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
    }

    public CookieContainer Cookies { get; }

    /// <summary>Every address visited by the last walk.</summary>
    public List<Uri> Trail { get; } = [];

    /// <summary>A second browser with the same cookies as this one has now.</summary>
    public Browser Copy(IdentityHost host)
    {
        var cookies = new CookieContainer();
        cookies.Add(Cookies.GetAllCookies());
        return new Browser(host, cookies);
    }

    public Task<HttpResponseMessage> GetAsync(string path) => _client.GetAsync(path);

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => await _client.SendAsync(request);

    /// <summary>Loads a page and whatever it redirects to.</summary>
    public async Task<HttpResponseMessage> FollowAsync(string path) => await FollowAsync(await GetAsync(path));

    public async Task<HttpResponseMessage> FollowAsync(HttpResponseMessage response)
    {
        Trail.Clear();
        for (var hops = 0; response.Headers.Location is { } location; hops++)
        {
            Assert.True(hops < 20, "A redirect loop: " + string.Join(" -> ", Trail));
            var target = new Uri(response.RequestMessage!.RequestUri!, location);
            Trail.Add(target);
            response = await _client.GetAsync(target);
        }

        return response;
    }

    /// <summary>Sends the form of a page, with its hidden fields and the values given; does not follow.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string page, string action, params (string Name, string Value)[] values)
    {
        var response = await FollowAsync(page);
        return await SubmitAsync(response, action, values);
    }

    public async Task<HttpResponseMessage> SubmitAsync(HttpResponseMessage page, string action, params (string Name, string Value)[] values)
    {
        var fields = Hidden(await page.Content.ReadAsStringAsync());
        foreach (var (name, value) in values)
            fields[name] = value;
        var request = new HttpRequestMessage(HttpMethod.Post, action) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Add("Origin", page.RequestMessage!.RequestUri!.GetLeftPart(UriPartial.Authority));
        return await _client.SendAsync(request);
    }

    /// <summary>Opens the console and signs in on the way; ends at the page asked for.</summary>
    public async Task<HttpResponseMessage> SignInAsync(string email, string password = IdentityHost.Password)
    {
        var form = await FollowAsync("/");
        return await FollowAsync(await SubmitAsync(form, "/sign-in", ("email", email), ("password", password)));
    }

    public void Dispose() => _client.Dispose();

    private static Dictionary<string, string> Hidden(string html)
    {
        var fields = new Dictionary<string, string>();
        foreach (Match match in HiddenField().Matches(html))
            fields.TryAdd(match.Groups[1].Value, WebUtility.HtmlDecode(match.Groups[2].Value));
        return fields;
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)" */?>""")]
    private static partial Regex HiddenField();
}
