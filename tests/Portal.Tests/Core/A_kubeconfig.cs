using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Portal.Core;
using Portal.Core.Clusters;
using Portal.Core.Config;
using Xunit;

namespace Portal.Tests.Core;

public sealed class A_kubeconfig
{
    private const string Canary = "canary-8f31";
    private static readonly (string Certificate, string Key) One = Certificate();
    private static readonly (string Certificate, string Key) Other = Certificate();

    [Fact]
    public void Is_read_for_its_current_context_or_the_one_that_is_named()
    {
        var text = $$"""
            apiVersion: v1
            kind: Config
            current-context: b
            clusters:
            - name: one
              cluster: { server: 'https://one.example.com:6443', certificate-authority-data: {{One.Certificate}}, extensions: [ { name: any, extension: { x: y } } ] }
            - name: two
              cluster: { server: 'https://two.example.com', tls-server-name: kubernetes }
            users:
            - name: by-token
              user: { token: {{Canary}} }
            - name: by-certificate
              user: { client-certificate-data: {{One.Certificate}}, client-key-data: {{One.Key}} }
            contexts:
            - name: a
              context: { cluster: one, user: by-certificate, namespace: ignored }
            - name: b
              context: { cluster: two, user: by-token }
            """;
        var current = Kubeconfig.Read(text, null).Value!;
        Assert.Equal(("https://two.example.com", Canary, "kubernetes"), (current.Shown, current.Token, current.TlsServerName));
        Assert.Null(current.Authority);
        var named = Kubeconfig.Read(text, "a").Value!;
        Assert.Equal(("https://one.example.com:6443", One.Certificate, One.Key), (named.Shown, named.Authority, named.Key));
        Assert.Null(named.Token);
        Assert.Equal("context", Assert.Single(Kubeconfig.Read(text, "c").Error!.Fields).Path);
        Assert.DoesNotContain(Canary, current.ToString(), StringComparison.Ordinal);
        Assert.Equal(current, ClusterAccess.Read(current.Write()));
    }

    // What would run a program or read a file does so on the portal's own server.
    [Theory]
    [InlineData("exec: { apiVersion: v1, command: sh, args: [ canary-8f31 ] }", "users[u].user.exec")]
    [InlineData("auth-provider: { name: oidc, config: { id-token: canary-8f31 } }", "users[u].user.auth-provider")]
    [InlineData("tokenFile: /etc/canary-8f31", "users[u].user.tokenFile")]
    [InlineData("client-certificate: /etc/canary-8f31", "users[u].user.client-certificate")]
    [InlineData("client-key: /etc/canary-8f31", "users[u].user.client-key")]
    [InlineData("username: canary-8f31", "users[u].user.username")]
    [InlineData("password: canary-8f31", "users[u].user.password")]
    [InlineData("as: canary-8f31", "users[u].user.as")]
    [InlineData("surprise: canary-8f31", "users[u].user.surprise")]
    public void Is_refused_by_the_name_of_a_field_of_its_user(string field, string path) => Refused(Text(user: "token: t\n    " + field), path);

    [Theory]
    [InlineData("certificate-authority: /etc/canary-8f31", "clusters[c].cluster.certificate-authority")]
    [InlineData("insecure-skip-tls-verify: true", "clusters[c].cluster.insecure-skip-tls-verify")]
    [InlineData("proxy-url: http://canary-8f31", "clusters[c].cluster.proxy-url")]
    [InlineData("certificate-authority-data: canary-8f31", "clusters[c].cluster.certificate-authority-data")]
    public void Is_refused_by_the_name_of_a_field_of_its_cluster(string field, string path) => Refused(Text(cluster: field), path);

    [Theory]
    [InlineData("http://cluster.example.com")]
    [InlineData("https://user:canary-8f31@cluster.example.com")]
    [InlineData("https://cluster.example.com/?token=canary-8f31")]
    [InlineData("cluster.example.com:6443")]
    [InlineData("file:///etc/canary-8f31")]
    public void Is_refused_when_its_server_is_no_plain_https_address(string server) => Refused(Text(server: server), "clusters[c].cluster.server");

    [Fact]
    public void Is_refused_without_credentials_or_with_a_key_that_belongs_to_another_certificate()
    {
        Refused(Text(user: "token: ''"), "users[u].user");
        Refused(Text(user: $"client-certificate-data: {One.Certificate}"), "users[u].user");
        Refused(Text(user: $"client-certificate-data: {One.Certificate}\n    client-key-data: {Other.Key}"), "users[u].user.client-key-data");
        Refused(Text(user: "token: \"canary-8f31\\nX-Header: 1\""), "users[u].user.token");
    }

    [Theory]
    [InlineData("")]
    [InlineData("canary-8f31")]
    [InlineData("a: &x canary-8f31\nb: *x")]
    [InlineData("token: canary-8f31\ntoken: canary-8f31")]
    [InlineData("{ canary-8f31: [")]
    [InlineData("kind: Pod")]
    public void Is_refused_when_it_is_none_and_no_word_of_it_is_repeated(string text)
    {
        var error = Kubeconfig.Read(text, null).Error!;
        Assert.DoesNotContain(Canary, error.ToString() + string.Join(' ', error.Fields), StringComparison.Ordinal);
    }

    [Fact]
    public void Sealed_opens_only_as_what_it_was_sealed()
    {
        var cipher = new SecretCipher(RandomNumberGenerator.GetBytes(32));
        var (team, id) = (Guid.NewGuid(), Guid.NewGuid());
        var access = Kubeconfig.Read(Text(), null).Value!;
        var box = cipher.Seal(access.Write(), team, id, ClusterAccess.SealName, 1);
        Assert.DoesNotContain("token-of-u", Encoding.UTF8.GetString(box), StringComparison.Ordinal);
        Assert.Equal(access, ClusterAccess.Read(cipher.Open(box, team, id, ClusterAccess.SealName, 1)));
        Assert.ThrowsAny<CryptographicException>(() => cipher.Open(box, Guid.NewGuid(), id, ClusterAccess.SealName, 1));
        Assert.ThrowsAny<CryptographicException>(() => cipher.Open(box, team, Guid.NewGuid(), ClusterAccess.SealName, 1));
        Assert.ThrowsAny<CryptographicException>(() => cipher.Open(box, team, id, ClusterAccess.SealName, 2));
    }

    [Theory]
    [InlineData("127.0.0.1", false, false)]
    [InlineData("127.8.8.8", false, false)]
    [InlineData("::1", false, false)]
    [InlineData("::ffff:127.0.0.1", false, false)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("169.254.169.254", false, false)]
    [InlineData("fe80::1", false, false)]
    [InlineData("224.0.0.1", false, false)]
    [InlineData("10.2.0.1", true, false)]
    [InlineData("192.168.1.1", true, false)]
    [InlineData("fd00::1", true, false)]
    [InlineData("10.1.0.1", true, true)]
    [InlineData("8.8.8.8", true, true)]
    [InlineData("2606:4700::1", true, true)]
    public void Leads_only_where_its_owner_may_send_the_portal(string address, bool ofPlatform, bool ofTeam)
    {
        var options = new PortalCoreOptions();
        options.ClusterNetworks.Add("10.1.0.0/16");
        var addresses = new ClusterAddresses(options);
        Assert.Equal((ofPlatform, ofTeam), (addresses.Admits(IPAddress.Parse(address), ofTeam: false), addresses.Admits(IPAddress.Parse(address), ofTeam: true)));
    }

    [Fact]
    public async Task Never_leads_to_the_platforms_own_database()
    {
        var options = new PortalCoreOptions { ConnectionString = "Host=127.0.0.1;Port=55432" };
        options.ClusterNetworks.Add("127.0.0.0/8");
        var addresses = new ClusterAddresses(options);
        foreach (var address in (string[])["127.0.0.1", "127.0.0.2", "::ffff:127.0.0.1"])
            await Assert.ThrowsAsync<AddressRefusedException>(async () => await addresses.ConnectAsync(new(address, 55432), ofTeam: false, default));
    }

    [Theory]
    [InlineData(false, 100, 0, true)]
    [InlineData(false, 101, 0, false)]
    [InlineData(true, 1000, 50, true)]
    [InlineData(true, 1000, 200, false)]
    public async Task An_answer_without_an_end_is_given_up(bool byLine, int bytes, int lineEvery, bool fits)
    {
        var text = Enumerable.Range(1, bytes).Select(n => lineEvery > 0 && n % lineEvery == 0 ? (byte)'\n' : (byte)'x').ToArray();
        await using var stream = new BoundedStream(new MemoryStream(text), 100, byLine);
        var read = new MemoryStream();
        var reading = stream.CopyToAsync(read, 10);
        if (fits) await reading;
        else await Assert.ThrowsAsync<IOException>(() => reading);
        Assert.Equal(fits, read.Length == bytes);
    }

    private static void Refused(string text, string path)
    {
        var error = Kubeconfig.Read(text, null).Error!;
        Assert.Contains(error.Fields, field => field.Path == "kubeconfig." + path);
        Assert.DoesNotContain(Canary, error.ToString() + string.Join(' ', error.Fields), StringComparison.Ordinal);
    }

    private static string Text(string user = "token: token-of-u", string cluster = "", string server = "https://cluster.example.com:6443") => $"""
        kind: Config
        current-context: x
        clusters:
        - name: c
          cluster:
            server: '{server}'
            {cluster}
        users:
        - name: u
          user:
            {user}
        contexts:
        - name: x
          context:
            cluster: c
            user: u
        """;

    private static (string Certificate, string Key) Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(now, now.AddYears(1));
        return (Base64(certificate.ExportCertificatePem()), Base64(key.ExportPkcs8PrivateKeyPem()));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
