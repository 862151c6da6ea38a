using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Deliveries;
using Portal.Core.Members;
using Portal.Core.Notifications;
using Portal.Core.Results;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Notifications_reach_their_channels(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task A_rollout_that_ends_is_told_once_and_signed()
    {
        await using var receiver = await Receiver.StartAsync();
        var (owner, environment) = await product.PlaceAsync("told");
        var made = Product.Ok(await product.Get<INotifications>().CreateAsync(owner, "told", new("Ops", ChannelKind.Webhook, new(receiver.Address), ["rollout.*"], "shop"), default));
        Product.Ok(await product.Get<IApps>().DeclareAsync(owner, environment, Product.Hello(), null, null, default));
        for (var pass = 0; pass < 3; pass++) await product.RolloutPassAsync();

        await PassAsync();
        await PassAsync();

        var (headers, body) = Assert.Single(receiver.Requests);
        Assert.True(StandardWebhook.Verify(made.Secret!.Reveal(), headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(), body, headers["webhook-signature"].ToString()));
        var told = JsonNode.Parse(body)!;
        Assert.Equal(("rollout.live", "told/shop/production/hello", 1), ((string?)told["type"], (string?)told["data"]!["scope"], (int)told["data"]!["release"]!));
        var message = Assert.Single(Product.Ok(await product.Get<INotifications>().ListMessagesAsync(owner, "told", made.Channel.Id, 50, default)));
        Assert.Equal((NotificationState.Sent, 1, 200), (message.State, message.Attempts, message.LastStatus));
    }

    [Fact]
    public async Task What_does_not_come_through_is_tried_again_under_the_same_id()
    {
        await using var receiver = await Receiver.StartAsync(500, 200);
        var (owner, channel) = await ChannelAsync("again", receiver.Address);
        Product.Ok(await product.Get<INotifications>().TestAsync(owner, "again", channel, default));

        await PassAsync();
        await PassAsync();
        Assert.Single(receiver.Requests);
        product.Clock.Advance(TimeSpan.FromSeconds(6));
        await PassAsync();

        Assert.Equal(2, receiver.Requests.Count);
        Assert.Single(receiver.Requests.Select(request => request.Headers["webhook-id"].ToString()).Distinct());
        Assert.Equal(NotificationState.Sent, Assert.Single(Product.Ok(await product.Get<INotifications>().ListMessagesAsync(owner, "again", channel, 50, default))).State);
    }

    [Fact]
    public async Task A_receiver_that_wants_no_more_ends_the_channel_and_a_redirect_is_not_followed()
    {
        await using var elsewhere = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync(302, 410);
        receiver.Location = elsewhere.Address;
        var (owner, channel) = await ChannelAsync("gone", receiver.Address);
        Product.Ok(await product.Get<INotifications>().TestAsync(owner, "gone", channel, default));

        await PassAsync();
        Assert.Contains("redirects", (await MessageAsync(owner, "gone", channel)).LastError, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
        product.Clock.Advance(TimeSpan.FromSeconds(6));
        await PassAsync();

        Assert.Equal(NotificationState.Failed, (await MessageAsync(owner, "gone", channel)).State);
        Assert.Contains("410", Assert.Single(Product.Ok(await product.Get<INotifications>().ListAsync(owner, "gone", default))).DisabledReason, StringComparison.Ordinal);
        Assert.Contains(Product.Ok(await product.Get<IAudit>().ListAsync(owner, "gone", new() { Action = "channel.disabled" }, default)), act => act.Actor == "portal");
        Assert.Null(Product.Ok(await product.Get<INotifications>().EnableAsync(owner, "gone", channel, true, default)).DisabledAt);
    }

    [Theory]
    [InlineData("http://127.0.0.2:9/")]
    [InlineData("http://[::1]:9/")]
    [InlineData("http://[::ffff:10.0.0.1]:9/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://0x7f000002:9/")]
    [InlineData("http://10.96.0.1/")]
    public async Task Nothing_is_sent_to_what_is_not_the_public_internet(string target)
    {
        var team = $"ssrf-{Math.Abs(target.GetHashCode(StringComparison.Ordinal))}";
        var (owner, channel) = await ChannelAsync(team, target);
        Product.Ok(await product.Get<INotifications>().TestAsync(owner, team, channel, default));
        await PassAsync();
        var message = await MessageAsync(owner, team, channel);
        Assert.Equal((NotificationState.Pending, (int?)null), (message.State, message.LastStatus));
        Assert.True(message.LastError.Contains("public internet", StringComparison.Ordinal) || message.LastError.Contains("cannot be reached", StringComparison.Ordinal), message.LastError);
    }

    [Fact]
    public async Task Neither_address_nor_secret_is_shown_or_lies_open_in_the_database()
    {
        var (owner, _) = await product.PlaceAsync("sealed");
        var made = Product.Ok(await product.Get<INotifications>().CreateAsync(owner, "sealed", new("Chat", ChannelKind.Slack, new("https://chat.example.com/services/canary-5150"), ["member.*"], null), default));
        var signed = Product.Ok(await product.Get<INotifications>().CreateAsync(owner, "sealed", new("Hook", ChannelKind.Webhook, new("https://hook.example.com/canary-5150"), ["member.*"], null), default));

        Assert.Equal("https://chat.example.com", made.Channel.Target);
        var shown = string.Join('\n', Product.Ok(await product.Get<INotifications>().ListAsync(owner, "sealed", default))) + string.Join('\n', Product.Ok(await product.Get<IAudit>().ListAsync(owner, "sealed", new(), default)));
        Assert.DoesNotContain("canary-5150", shown + made + signed, StringComparison.Ordinal);
        await using var connection = new NpgsqlConnection(product.SuperuserConnection);
        await connection.OpenAsync();
        await using var dump = new NpgsqlCommand("SELECT string_agg(encode(target, 'escape') || coalesce(encode(secret, 'escape'), '') || shown, ' ') FROM portal.notification_channels", connection);
        var stored = (string)(await dump.ExecuteScalarAsync())!;
        Assert.DoesNotContain("canary-5150", stored, StringComparison.Ordinal);
        Assert.DoesNotContain(signed.Secret!.Reveal(), stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chat_gets_words_and_only_what_it_asked_to_hear_of()
    {
        await using var receiver = await Receiver.StartAsync();
        var (owner, _) = await product.PlaceAsync("words");
        Product.Ok(await product.Get<INotifications>().CreateAsync(owner, "words", new("Chat", ChannelKind.Slack, new(receiver.Address), ["member.add"], null), default));
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, "words", product.Accounts.Actor("words-new").Email, Role.Viewer, default));
        Product.Ok(await product.Get<IMembers>().RemoveAsync(owner, "words", product.Accounts.Actor("words-new").UserId, default));

        await PassAsync();

        var text = (string?)JsonNode.Parse(Assert.Single(receiver.Requests).Body)!["text"];
        Assert.Equal("member.add: words. words@example.com: words-new@example.com as Viewer", text);
    }

    [Fact]
    public async Task Every_fault_of_a_channel_is_named()
    {
        var (owner, _) = await product.PlaceAsync("faults");
        var refused = Product.Refused(ErrorKind.Invalid, await product.Get<INotifications>().CreateAsync(owner, "faults", new("", ChannelKind.Webhook, new("ftp://x"), ["no.such"], null), default));
        Assert.Equal(["events[0]", "name", "target"], refused.Fields.Select(fault => fault.Path).Order(StringComparer.Ordinal));
        Product.Refused(ErrorKind.Invalid, await product.Get<INotifications>().CreateAsync(owner, "faults", new("Mail", ChannelKind.Email, new("a@b.example\r\nBcc: c@d.example"), ["rollout.*"], null), default));
        var developer = product.Accounts.Actor("faults-developer");
        Product.Ok(await product.Get<IMembers>().AddAsync(owner, "faults", developer.Email, Role.Developer, default));
        Product.Refused(ErrorKind.Forbidden, await product.Get<INotifications>().CreateAsync(developer, "faults", new("Mail", ChannelKind.Email, new("a@b.example"), ["rollout.*"], null), default));
    }

    private Task PassAsync() => product.Get<NotificationWorker>().PassAsync(default);

    private async Task<(Actor Owner, Guid Channel)> ChannelAsync(string team, string address)
    {
        var (owner, _) = await product.PlaceAsync(team);
        return (owner, Product.Ok(await product.Get<INotifications>().CreateAsync(owner, team, new("Ops", ChannelKind.Webhook, new(address), ["rollout.*"], null), default)).Channel.Id);
    }

    private async Task<NotificationView> MessageAsync(Actor owner, string team, Guid channel) =>
        Assert.Single(Product.Ok(await product.Get<INotifications>().ListMessagesAsync(owner, team, channel, 50, default)));

    /// <summary>Takes what is sent and answers as told, the last answer for ever.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly Queue<int> _answers;

        private Receiver(WebApplication app, int[] answers) => (_app, _answers) = (app, new(answers.Length == 0 ? [200] : answers));

        public ConcurrentQueue<(IHeaderDictionary Headers, byte[] Body)> Requests { get; } = [];

        public string? Location { get; set; }

        public string Address => _app.Urls.Single() + "/hook";

        public static async Task<Receiver> StartAsync(params int[] answers)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            var receiver = new Receiver(app, answers);
            app.MapPost("/hook", receiver.TakeAsync);
            await app.StartAsync();
            return receiver;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task TakeAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var headers = new HeaderDictionary(context.Request.Headers.ToDictionary());
            Requests.Enqueue((headers, body.ToArray()));
            lock (_answers) context.Response.StatusCode = _answers.Count > 1 ? _answers.Dequeue() : _answers.Peek();
            if (Location is not null) context.Response.Headers.Location = Location;
        }
    }
}
