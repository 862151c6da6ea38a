using k8s.Models;
using Kube.ApiServer;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Http;
using Kube.ApiServer.Http.Streaming;
using Kube.ApiServer.Registry;
using Kube.Machinery.Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kube.Tests.Http;

public sealed class StandingRightsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("rights-").FullName;
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly Directions _directions = new();
    private readonly ClientCertificateAuthenticator _certificates;

    public StandingRightsTests()
    {
        var file = Path.Combine(_directory, "ca.crt");
        File.WriteAllText(file, CertificateAuthority.Create("test", TimeProvider.System).CertificatePem);
        _certificates = new ClientCertificateAuthenticator(new ApiServerOptions { CaCertificatePath = file }, _time);
    }

    public void Dispose()
    {
        _certificates.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public async Task A_stream_ends_within_five_seconds_of_its_right(bool tokenRevoked, bool rightTaken, bool deciderFails)
    {
        using var life = new CancellationTokenSource();
        var watch = Rights().WatchAsync(Request(), life);
        _time.Advance(TimeSpan.FromSeconds(5));
        await _directions.Asked.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(life.IsCancellationRequested);
        (_directions.Known, _directions.Allowed, _directions.Fails) = (!tokenRevoked, !rightTaken, deciderFails);
        while (!life.IsCancellationRequested)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        await Task.WhenAny(watch);
    }

    private StandingRights Rights() => new(
        new RequestAuthenticator(_certificates, [_directions], NullLogger<RequestAuthenticator>.Instance), new AuthorizerChain([_directions]), _time);

    private static ResourceRequest Request()
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Authorization = "Bearer secret";
        var path = new RequestPath("", "v1", "pods", "shop", "web", "exec");
        return new ResourceRequest(http, path, new ResourceCatalog().Kinds.Single(k => k.Model == typeof(V1Pod)), "get", Directions.User);
    }

    // Knows the token and allows, until told otherwise.
    private sealed class Directions : ITokenAuthenticator, IAuthorizer
    {
        public static readonly UserInfo User = new("ann", "", [], UserInfo.NoExtra);

        public SemaphoreSlim Asked { get; } = new(0);

        public bool Known { get; set; } = true;

        public bool Allowed { get; set; } = true;

        public bool Fails { get; set; }

        public ValueTask<UserInfo?> AuthenticateAsync(string bearerToken, CancellationToken cancellationToken) => ValueTask.FromResult(Known ? User : null);

        public ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken)
        {
            Assert.Equal(("create", "pods", "exec", "shop"), (attributes.Verb, attributes.Resource, attributes.Subresource, attributes.Namespace));
            Asked.Release();
            return Fails ? throw new IOException("the database is away") : ValueTask.FromResult(Allowed ? AuthorizationDecision.Allow : AuthorizationDecision.NoOpinion);
        }
    }
}
