using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portal.Identity;
using Portal.Identity.Accounts;
using Xunit;

namespace Integration.Tests.Identity;

[Collection(IdentityPostgres.Collection)]
public sealed class SetupTests(IdentityPostgres postgres) : IAsyncLifetime
{
    private IdentityDatabase _database = null!;
    private IdentityHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await IdentityDatabase.CreateAsync(postgres.Server);
        _host = await IdentityHost.StartAsync(_database);
    }

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task The_code_creates_the_administrator_who_is_then_signed_in_and_set_up_is_gone()
    {
        var code = (await File.ReadAllTextAsync(_host.SetupCodePath)).Trim();
        Assert.Equal(40, code.Length);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_host.SetupCodePath));
        Assert.Equal(0L, await _database.ReadAsync<long>($"SELECT count(*) FROM identity.setup_code WHERE encode(hash, 'hex') = '{code}'"));

        using var browser = _host.NewBrowser();
        var home = await browser.FollowAsync(await SetUpAsync(browser, code, "root@example.test"));

        Assert.Equal("home of root@example.test", await home.Content.ReadAsStringAsync());
        Assert.False(File.Exists(_host.SetupCodePath));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/setup?code=" + code)).StatusCode);
        var admin = await _host.Services.GetRequiredService<AccountDirectory>().FindByEmailAsync("root@example.test", CancellationToken.None);
        Assert.Equal([PlatformRoleNames.PlatformAdmin], admin!.PlatformRoles);
    }

    [Fact]
    public async Task Twenty_people_with_the_code_at_once_make_exactly_one_administrator()
    {
        var code = (await File.ReadAllTextAsync(_host.SetupCodePath)).Trim();
        // The attempts of one address are limited to ten, so the race runs below the web.
        var setup = _host.Services.GetRequiredService<Portal.Identity.Setup.FirstSetup>();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
            setup.RedeemAsync(code, new NewUser($"racer{i}@example.test", IdentityHost.Password), $"10.0.0.{i}", CancellationToken.None))));

        Assert.Single(outcomes, outcome => outcome is { Succeeded: true });
        Assert.Equal(19, outcomes.Count(outcome => outcome is null));
        Assert.Equal(1L, await _database.ReadAsync<long>("SELECT count(*) FROM identity.accounts"));
    }

    [Fact]
    public async Task A_wrong_code_creates_nothing_and_the_eleventh_attempt_is_not_even_looked_at()
    {
        using var browser = _host.NewBrowser();
        var code = (await File.ReadAllTextAsync(_host.SetupCodePath)).Trim();
        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.Forbidden, (await SetUpAsync(browser, code[..^1] + (code[^1] == '0' ? '1' : '0'), "evil@example.test")).StatusCode);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await SetUpAsync(browser, code, "evil@example.test")).StatusCode);
        Assert.Equal(0L, await _database.ReadAsync<long>("SELECT count(*) FROM identity.accounts"));
    }

    [Fact]
    public async Task A_refused_password_leaves_the_code_unspent()
    {
        using var browser = _host.NewBrowser();
        var code = (await File.ReadAllTextAsync(_host.SetupCodePath)).Trim();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SetUpAsync(browser, code, "root@example.test", "short")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SetUpAsync(browser, code, "not an address")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await SetUpAsync(browser, code, "root@example.test")).StatusCode);
    }

    [Fact]
    public async Task Creating_an_administrator_in_the_shell_spends_the_code()
    {
        var code = (await File.ReadAllTextAsync(_host.SetupCodePath)).Trim();
        await _host.CreateUserAsync("plain@example.test");
        Assert.True(File.Exists(_host.SetupCodePath));

        await _host.CreateUserAsync("root@example.test", platformAdmin: true);

        Assert.False(File.Exists(_host.SetupCodePath));
        using var browser = _host.NewBrowser();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/setup?code=" + code)).StatusCode);
    }

    [Fact]
    public async Task An_address_is_taken_once_whatever_its_case_and_faults_name_their_field()
    {
        await _host.CreateUserAsync("ada@example.test");
        var create = _host.Services.GetRequiredService<CreateUser>();

        var again = await create.ExecuteAsync(new NewUser("ADA@Example.test", IdentityHost.Password), CancellationToken.None);
        var weak = await create.ExecuteAsync(new NewUser("bob@example.test", "short"), CancellationToken.None);

        Assert.Equal("email", Assert.Single(again.Faults).Field);
        Assert.All(weak.Faults, fault => Assert.Equal("password", fault.Field));
        Assert.NotEmpty(weak.Faults);
    }

    [Fact]
    public async Task The_code_stays_the_same_over_a_restart_and_is_renewed_when_its_file_is_lost()
    {
        var directory = Directory.CreateTempSubdirectory("identity-").FullName;
        var database = await IdentityDatabase.CreateAsync(postgres.Server);
        var path = Path.Combine(directory, "setup-code");
        var codes = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            await using var host = await IdentityHost.StartAsync(database, directory);
            codes.Add(await File.ReadAllTextAsync(path));
            if (i == 1)
                File.Delete(path);
        }

        Assert.Equal(codes[0], codes[1]);
        Assert.NotEqual(codes[1], codes[2]);
    }

    [Fact]
    public async Task Key_files_are_for_the_owner_only()
    {
        using var browser = _host.NewBrowser();
        await browser.GetAsync("/.well-known/openid-configuration");
        if (OperatingSystem.IsWindows())
            return;
        var files = Directory.GetFiles(IdentityHost.KeysDirectory);
        Assert.Equal(3, files.Length);
        foreach (var file in files)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Data_protection_keys_are_sealed_in_the_database()
    {
        using var browser = _host.NewBrowser();
        await browser.GetAsync("/setup");
        var xml = await _database.ReadAsync<string>("SELECT string_agg(xml, '') FROM identity.data_protection_keys");
        Assert.Contains("<sealed", xml);
        Assert.DoesNotContain("<masterKey", xml);
    }

    private static Task<HttpResponseMessage> SetUpAsync(Browser browser, string code, string email, string password = IdentityHost.Password) =>
        browser.SubmitAsync("/setup?code=" + code, "/setup", ("code", code), ("email", email), ("name", "Root"), ("password", password));
}
