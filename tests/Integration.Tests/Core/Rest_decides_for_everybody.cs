using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portal.Core.Apps;
using Portal.Core.Deliveries;
using Portal.Core.Freezes;
using Portal.Core.Members;
using Portal.Core.Notifications;
using Portal.Core.Projects;
using Portal.Core.Tasks;
using Portal.Core.Teams;
using Portal.Core.Volumes;
using Portal.Identity;
using Portal.Identity.Tokens;
using Portal.Web.Endpoints;
using Testing;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Rest_decides_for_everybody(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task Every_endpoint_answers_every_role_by_the_table_and_foreign_like_missing()
    {
        await using var app = await StartAsync();
        var (owner, own) = await product.AppAsync("matrix");
        var (_, foreign) = await product.AppAsync("matrix-foreign");
        var missing = foreign with { Team = "matrix-missing" };
        var cells = 0;
        var actors = new List<(Role Role, Actor Actor)>();
        foreach (var role in Enum.GetValues<Role>())
        {
            var actor = product.Accounts.Actor($"matrix-{role}");
            Product.Ok(await product.Get<IMembers>().AddAsync(owner, "matrix", actor.Email, role, default));
            actors.Add((role, actor));
        }

        var endpoints = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(e => (Endpoint: e, Right: e.Metadata.GetMetadata<RightRequirement>())).Where(e => e.Right is not null).ToList();
        Assert.True(endpoints.Count >= 45, $"the population shrank to {endpoints.Count}");
        foreach (var (endpoint, requirement) in endpoints)
        {
            var method = endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0];
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(app, null, method, Address(endpoint, own))).Status);
            if (requirement!.Level == ScopeLevel.Account) continue;
            if (requirement.Level == ScopeLevel.Platform)
            {
                // No role in a team is a role over the platform.
                foreach (var (_, actor) in actors) Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(app, actor, method, Address(endpoint, own))).Status);
                continue;
            }

            foreach (var (role, actor) in actors)
            {
                var (atForeign, atMissing) = (await SendAsync(app, actor, method, Address(endpoint, foreign)), await SendAsync(app, actor, method, Address(endpoint, missing)));
                Assert.Equal(HttpStatusCode.NotFound, atForeign.Status);
                Assert.Equal(atMissing, atForeign);
                // Bodies are of a type that nothing accepts, so that allowed calls change nothing; what needs no body gets a place of its own wherever it is allowed.
                var name = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName;
                var allowed = RoleTable.Allows(role, Stricter.GetValueOrDefault(name, requirement.Right), protectedEnvironment: false);
                var bodiless = method == "DELETE" || name == "RestartApp";
                var (place, values) = bodiless && allowed ? await DoomedAsync(name, actor, role, $"matrix-{cells}") : (own, null);
                var mine = await SendAsync(app, actor, method, Address(endpoint, place, values));
                Assert.True(
                    !allowed ? mine.Status == HttpStatusCode.Forbidden : bodiless ? (int)mine.Status is >= 200 and < 300 : mine.Status is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized),
                    $"{method} {endpoint.RoutePattern.RawText} as {role}: {mine}");
                Assert.NotEqual(HttpStatusCode.InternalServerError, mine.Status);
                cells++;
            }
        }

        Assert.True(cells > 300, $"only {cells} cells");
    }

    // Where the use case asks for more than the endpoint: everybody may leave a team, but not make somebody else leave.
    private static readonly Dictionary<string, Right> Stricter = new() { ["RemoveMember"] = Right.MembersManage };

    /// <summary>A place with everything in it that the endpoint may take away, and the actor in it with the role.</summary>
    private async Task<(ScopeRef Place, Dictionary<string, string> Values)> DoomedAsync(string endpoint, Actor actor, Role role, string team)
    {
        var founder = product.Accounts.Actor(team);
        var other = product.Accounts.Actor($"{team}-other");
        Product.Ok(await product.Get<ITeams>().CreateAsync(founder, team, null, default));
        Product.Ok(await product.Get<IMembers>().AddAsync(founder, team, actor.Email, role, default));
        Product.Ok(await product.Get<IMembers>().AddAsync(founder, team, other.Email, Role.Viewer, default));
        var app = new ScopeRef(team, "shop", "production", "hello");
        var values = new Dictionary<string, string> { ["userId"] = other.UserId.ToString(), ["name"] = "GREETING", ["host"] = $"{team}.example.com" };
        values["channelId"] = Product.Ok(await product.Get<INotifications>().CreateAsync(founder, team, new("Chat", ChannelKind.Slack, new("https://chat.example.com/hook"), ["rollout.*"], null), default)).Channel.Id.ToString();
        if (endpoint == "RemoveTeamCluster") values["cluster"] = await product.ClusterAsync(founder, team);
        // A team goes only when it is empty.
        if (endpoint == "DeleteTeam") return (app, values);
        Product.Ok(await product.Get<IProjects>().CreateAsync(founder, team, "shop", default));
        Product.Ok(await product.Get<IEnvironments>().CreateAsync(founder, team, "shop", "production", false, null, default));
        var hello = Product.Hello();
        hello = hello with { Spec = hello.Spec with { Env = hello.Spec.Env.Add("GREETING", "hello"), Domains = [$"{team}.example.com"] } };
        Product.Ok(await product.Get<IApps>().DeclareAsync(founder, app with { App = null }, hello, null, null, default));
        if (endpoint == "DeleteVolume")
        {
            // Declared once and no longer: kept for its period, and deletable before.
            var without = hello;
            var data = new VolumeSpec { Size = "1Gi" };
            Product.Ok(await product.Get<IApps>().DeclareAsync(founder, app with { App = null }, hello with { Spec = hello.Spec with { Volumes = hello.Spec.Volumes.Add("data", data) } }, null, null, default));
            Product.Ok(await product.Get<IApps>().DeclareAsync(founder, app with { App = null }, without, null, null, default));
            values["id"] = Assert.Single(Product.Ok(await product.Get<IVolumes>().ListAsync(founder, app with { App = null }, default))).Id.ToString();
        }

        if (endpoint == "EndFreeze")
            values["id"] = Product.Ok(await product.Get<IFreezes>().AddAsync(founder, app with { App = null }, "holidays", null, product.Clock.GetUtcNow().AddDays(1), default)).Id.ToString();
        if (endpoint == "RemoveTask")
        {
            await product.RolloutPassAsync();
            values["task"] = Product.Ok(await product.Get<ITasks>().RunAsync(founder, app, new(["true"]), default)).Name;
        }

        values["endpointId"] = Product.Ok(await product.Get<IWebhookEndpoints>().CreateAsync(founder, app, "Registry", default)).Endpoint.Id;
        return (app, values);
    }

    [Fact]
    public async Task A_first_app_goes_over_rest_from_team_to_rollback()
    {
        await using var app = await StartAsync();
        var user = product.Accounts.Actor("rest");
        using var client = Client(app, user);
        Assert.Equal(user.Email, (string?)(await Json(await client.GetAsync("/api/v1/me")))["email"]);
        Assert.Equal(HttpStatusCode.Created, (await client.PostAsJsonAsync("/api/v1/teams", new { name = "rest" })).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await client.PostAsJsonAsync("/api/v1/teams/rest/projects", new { name = "shop" })).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await client.PostAsJsonAsync("/api/v1/teams/rest/projects/shop/environments", new { name = "production" })).StatusCode);
        const string url = "/api/v1/teams/rest/projects/shop/environments/production/apps/hello";
        const string yaml = "apiVersion: portal/v1\nkind: App\nmetadata: { name: hello }\nspec:\n  image: hello:1\n  processes: { web: { port: 80 } }\n";
        var made = await client.PutAsync(url, new StringContent(yaml, Encoding.UTF8, "application/yaml"));
        Assert.Equal(HttpStatusCode.Accepted, made.StatusCode);
        Assert.Equal("Queued", (string?)(await Json(made))["rollout"]!["state"]);
        await product.RolloutPassAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsJsonAsync(url + "/scale", new { process = "web", replicas = 3 })).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PutAsJsonAsync(url + "/secrets/KEY", new { value = "canary-4714" })).StatusCode);
        var back = await Json(await client.PostAsJsonAsync(url + "/rollback", new { release = 1 }));
        Assert.Equal((4, 1), ((int)back["number"]!, (int)back["rolledBackTo"]!));
        var shown = await Json(await client.GetAsync(url));
        Assert.Equal(4, (int)shown["release"]!["number"]!);
        Assert.DoesNotContain("canary", shown.ToJsonString());
        var plan = await client.PostAsync(url + "/plan", new StringContent(yaml.Replace("hello:1", "hello:2", StringComparison.Ordinal), Encoding.UTF8, "application/yaml"));
        Assert.Equal(HttpStatusCode.OK, plan.StatusCode);
        Assert.NotNull((await Json(await client.GetAsync("/openapi/v1.json")))["paths"]!["/api/v1/teams"]);
        Assert.Equal("Portal app", (string?)(await Json(await client.GetAsync("/schemas/app-v1.json")))["title"]);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/hooks/none", new StringContent("{}", Encoding.UTF8, "application/json"))).StatusCode);
    }

    [Fact]
    public async Task A_secret_is_shown_to_a_fresh_session_of_the_console_uncached_and_to_nobody_else()
    {
        await using var app = await StartAsync();
        var (owner, place) = await product.AppAsync("reveals");
        Product.Ok(await product.Get<IApps>().SetSecretAsync(owner, place, "KEY", new("canary-5521"), default));
        const string url = "/api/v1/teams/reveals/projects/shop/environments/production/apps/hello/secrets/KEY/reveal";
        // A token's principal never carries the moment of a sign-in.
        using var token = Client(app, owner);
        var refused = await token.PostAsJsonAsync(url, new { reason = "it does not start" });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.DoesNotContain("canary", await refused.Content.ReadAsStringAsync());

        using var fresh = app.GetTestClient();
        fresh.DefaultRequestHeaders.Add("x-user", $"{owner.UserId} {owner.Email} {product.Clock.GetUtcNow().ToUnixTimeSeconds()}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await fresh.PostAsJsonAsync(url, new { reason = " " })).StatusCode);
        var shown = await fresh.PostAsJsonAsync(url, new { reason = "it does not start" });
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.True(shown.Headers.CacheControl!.NoStore);
        Assert.Equal("canary-5521", (string?)(await Json(shown))["value"]);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("role")]
    public async Task A_live_stream_ends_soon_after_its_token_was_revoked_or_its_reader_lost_the_role(string lost)
    {
        var tokens = new OneToken();
        await using var app = await StartAsync(services => services.AddSingleton<IAccessTokenReader>(tokens));
        var (owner, place) = await product.AppAsync($"streams-{lost}");
        var reader = product.Accounts.Actor($"streams-{lost}-reader");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, place.Team, reader.Email, Role.Viewer, default));
        using var client = Client(app, reader);
        client.DefaultRequestHeaders.Authorization = new("Bearer", "known");
        client.DefaultRequestHeaders.Accept.Add(new("text/event-stream"));
        using var answer = await client.GetAsync($"/api/v1/teams/{place.Team}/projects/shop/environments/production/apps/hello/live", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("event: snapshot", await lines.ReadLineAsync());
        var rest = EndAsync(lines);
        product.Clock.Advance(TimeSpan.FromSeconds(2));
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        Assert.False(rest.IsCompleted);

        if (lost == "token") tokens.IsRevoked = true;
        else Product.Ok(await product.Get<IMembers>().RemoveAsync(owner, place.Team, reader.UserId, default));
        await Eventually.Async("the end of the stream", () =>
        {
            product.Clock.Advance(TimeSpan.FromMilliseconds(500));
            return Task.FromResult(rest.IsCompleted);
        }, ended => ended, TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("application/json", "{\"name\":1}", 422)]
    [InlineData("application/json", "{\"name\":\"a\",\"other\":1}", 422)]
    [InlineData("application/json", "{}", 422)]
    [InlineData("application/json", "nothing", 422)]
    [InlineData("application/json", "{\"name\":\"Upper Case\"}", 422)]
    [InlineData("text/plain", "{\"name\":\"a\"}", 415)]
    [InlineData("application/json", null, 413)]
    public async Task Bad_bodies_get_problem_details(string type, string? body, int status)
    {
        await using var app = await StartAsync();
        using var client = Client(app, product.Accounts.Actor("bad"));
        var answer = await client.PostAsync("/api/v1/teams", new StringContent(body ?? new string(' ', 10_000_000), Encoding.UTF8, type));
        Assert.Equal(status, (int)answer.StatusCode);
        // Routing itself answers 415, by the media types an endpoint declares.
        if (status == 415) return;
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = await Json(answer);
        Assert.Equal(status, (int)problem["status"]!);
        if (status == 422) Assert.NotEmpty(problem["errors"]!.AsArray());
    }

    // To the end of the stream, however it comes about.
    private static async Task EndAsync(StreamReader lines)
    {
        try
        {
            while (await lines.ReadLineAsync() is not null)
            {
                // Snapshots may come meanwhile.
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The server cut it.
        }
    }

    private sealed class OneToken : IAccessTokenReader
    {
        public bool IsRevoked { get; set; }

        public ValueTask<AccessTokenIdentity?> ReadAsync(string token, CancellationToken cancellationToken) => ValueTask.FromResult(
            IsRevoked || token != "known" ? null : new AccessTokenIdentity(Guid.NewGuid(), "reader@example.com", "", [], null, Guid.NewGuid(), DateTimeOffset.MaxValue));
    }

    private async Task<WebApplication> StartAsync(Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        product.Configure(builder.Services);
        // The workers run when a test lets them.
        foreach (var worker in builder.Services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Namespace?.StartsWith("Portal.", StringComparison.Ordinal) != false && s.ImplementationType?.Name != "GenericWebHostService").ToList())
        {
            if (worker.ImplementationType?.Namespace?.StartsWith("Microsoft.", StringComparison.Ordinal) != true) builder.Services.Remove(worker);
        }

        builder.Services.AddPortalApi();
        builder.Services.AddAuthentication("Header").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("Header", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy(PortalAuthentication.RestPolicy, policy => policy.AddAuthenticationSchemes("Header").RequireAuthenticatedUser());
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapPortalApi();
        await app.StartAsync();
        return app;
    }

    private static HttpClient Client(WebApplication app, Actor? actor)
    {
        var client = app.GetTestClient();
        if (actor is not null) client.DefaultRequestHeaders.Add("x-user", $"{actor.UserId} {actor.Email}");
        return client;
    }

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(WebApplication app, Actor? actor, string method, string address)
    {
        using var client = Client(app, actor);
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var body = await answer.Content.ReadAsStringAsync();
        // The trace id differs from request to request.
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            var problem = JsonNode.Parse(body)!.AsObject();
            problem.Remove("traceId");
            body = problem.ToJsonString();
        }

        return (answer.StatusCode, body);
    }

    private static string Address(RouteEndpoint endpoint, ScopeRef place, Dictionary<string, string>? given = null)
    {
        var values = new Dictionary<string, string>
        {
            ["team"] = place.Team,
            ["project"] = place.Project!,
            ["environment"] = place.Environment!,
            ["app"] = place.App!,
            ["userId"] = Guid.Empty.ToString(),
            ["number"] = "99",
            ["from"] = "98",
            ["to"] = "99",
            ["name"] = "NAME",
            ["host"] = "not a host",
            ["endpointId"] = "none",
            ["id"] = Guid.Empty.ToString(),
            ["task"] = "none",
            ["node"] = "node-1",
            ["cluster"] = "none",
            ["key"] = "example.com/key",
            ["instance"] = "none",
            ["channelId"] = Guid.Empty.ToString(),
            ["messageId"] = Guid.Empty.ToString(),
            ["tokenId"] = Guid.Empty.ToString(),
        };
        foreach (var (key, value) in given ?? []) values[key] = value;
        return "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => Uri.EscapeDataString(values[parameter.Name]),
            _ => "",
        }))));
    }

    private static async Task<JsonObject> Json(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
}
