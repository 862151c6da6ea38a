using System.Net.Http.Headers;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>Rule 22 of the Kubernetes half: an open watch ends within five seconds after its token was revoked or its user lost the right.</summary>
public sealed class A_lost_grant_ends_open_answers : IAsyncLifetime, ITokenAuthenticator, IAuthorizer
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private ApiServerFixture _server = null!;
    private HttpClient _client = null!;
    private volatile bool _known = true;
    private volatile bool _allowed = true;
    private volatile bool _away;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServerFixture.StartAsync(services => services
            .AddSingleton<TimeProvider>(_clock).AddSingleton<IObjectStore>(_ => new InMemoryObjectStore()).AddSingleton<ITokenAuthenticator>(this).AddSingleton<IAuthorizer>(this));
        _client = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown is not null }) { BaseAddress = _server.Address };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "of-ada");
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _server.DisposeAsync();
    }

    public ValueTask<UserInfo?> AuthenticateAsync(string bearerToken, CancellationToken cancellationToken) =>
        _away ? throw new InvalidOperationException("The database is away.") : ValueTask.FromResult(_known && bearerToken == "of-ada" ? new UserInfo("ada", "", [], UserInfo.NoExtra) : null);

    public ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_allowed && attributes.User.Name == "ada" ? AuthorizationDecision.Allow : AuthorizationDecision.NoOpinion);

    [Theory]
    [InlineData("token")]
    [InlineData("right")]
    public async Task A_watch_goes_on_while_granted_and_ends_when_the_credential_or_the_right_is_gone(string lost)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Maps}?watch=true&resourceVersion=0");
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await CreateAsync("before");
        Assert.Contains("before", await LineAsync(lines));

        _clock.Advance(StandingGrant.Every);
        // Who cannot be asked has not refused.
        _away = true;
        _clock.Advance(StandingGrant.Every);
        _away = false;
        _clock.Advance(StandingGrant.Every);
        await CreateAsync("meanwhile");
        Assert.Contains("meanwhile", await LineAsync(lines));

        if (lost == "token") _known = false;
        else _allowed = false;
        _clock.Advance(StandingGrant.Every);
        Assert.Null(await LineAsync(lines));
        using var again = await _client.GetAsync(Maps);
        Assert.Equal(lost == "token" ? 401 : 403, (int)again.StatusCode);
    }

    [Fact]
    public void What_is_remembered_of_a_token_and_the_time_between_two_questions_stay_within_five_seconds() =>
        Assert.True(StandingGrant.Every + Portal.Identity.Sessions.SessionRegistry.Freshness < TimeSpan.FromSeconds(5));

    private static Task<string?> LineAsync(StreamReader lines) => lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));

    private async Task CreateAsync(string name)
    {
        using var body = new StringContent($$"""{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "{{name}}" } }""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await _client.PostAsync(Maps, body);
        answer.EnsureSuccessStatusCode();
    }
}
