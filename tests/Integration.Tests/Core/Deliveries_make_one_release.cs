using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Apps;
using Portal.Core.Deliveries;
using Portal.Core.Members;
using Portal.Core.Releases;
using Xunit;

namespace Integration.Tests.Core;

public sealed class Deliveries_make_one_release(Product product) : IClassFixture<Product>
{
    private const string Body = """{"type":"image.pushed","timestamp":"2026-03-01T12:00:00Z","data":{"image":"localhost/portal/hello:2"}}""";

    [Fact]
    public async Task Fifty_parallel_repeats_are_one_delivery_and_one_release()
    {
        var (owner, app, endpoint) = await EndpointAsync("repeats");
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ReceiveAsync(endpoint, "msg_1", Body)));

        Assert.Single(verdicts, v => v.Status == 202);
        Assert.Equal(49, verdicts.Count(v => v.Status == 200));
        Assert.Single(verdicts.Select(v => v.Delivery).Distinct());
        await Task.WhenAll(product.DeliveryPassAsync(), product.DeliveryPassAsync(), product.DeliveryPassAsync());
        Assert.Equal(200, (await ReceiveAsync(endpoint, "msg_1", Body)).Status);
        await product.DeliveryPassAsync();

        var releases = Product.Ok(await product.Get<IReleases>().ListAsync(owner, app, 10, default));
        Assert.Equal([2, 1], releases.Select(r => r.Number));
        Assert.Equal(("localhost/portal/hello:2", "webhook"), (releases[0].Image, releases[0].Author));
        var delivery = Assert.Single(Product.Ok(await product.Get<IWebhookEndpoints>().ListDeliveriesAsync(owner, app, endpoint.Endpoint.Id, 10, default)));
        Assert.Equal((DeliveryState.Released, 2, 50), (delivery.State, delivery.Release, delivery.Repeats));
    }

    [Fact]
    public async Task What_was_acknowledged_before_a_crash_is_carried_out_after_it()
    {
        var (owner, app, endpoint) = await EndpointAsync("crash");
        Assert.Equal(202, (await ReceiveAsync(endpoint, "msg_2", Body)).Status);
        // The process dies here; all its successor has is the database.
        await using var successor = product.Build();
        await successor.GetRequiredService<DeliveryWorker>().PassAsync(default);
        Assert.Equal(2, Product.Ok(await product.Get<IApps>().GetAsync(owner, app, default)).Release);
    }

    [Fact]
    public async Task Forgeries_are_refused_and_store_nothing()
    {
        var (owner, app, endpoint) = await EndpointAsync("forged");
        var (id, now) = (endpoint.Endpoint.Id, product.Clock.GetUtcNow());
        var good = Delivery(endpoint, "msg_3", Body, now);

        async Task Refused(int status, IncomingDelivery delivery) => Assert.Equal(status, (await product.Get<IDeliveryReceiver>().ReceiveAsync(delivery, default)).Status);

        await Refused(401, good with { Signature = null });
        await Refused(401, good with { Signature = "v1,AAAA" });
        await Refused(401, good with { Signature = "" });
        await Refused(401, good with { WebhookId = "other" });
        await Refused(401, good with { Body = Encoding.UTF8.GetBytes(Body + " ") });
        await Refused(401, Delivery(endpoint, "msg_3", Body, now - TimeSpan.FromMinutes(6)));
        await Refused(401, Delivery(endpoint, "msg_3", Body, now + TimeSpan.FromMinutes(6)));
        await Refused(404, good with { EndpointId = "nothing" });
        await Refused(413, good with { Body = new byte[2 * 1024 * 1024] });
        await Refused(415, good with { ContentType = "text/plain" });
        await Refused(415, good with { ContentType = null });
        Assert.Empty(Product.Ok(await product.Get<IWebhookEndpoints>().ListDeliveriesAsync(owner, app, id, 10, default)));

        await Refused(202, good with { Signature = "v2,AAAA v1,wrong " + good.Signature });
        Product.Ok(await product.Get<IWebhookEndpoints>().DeleteAsync(owner, app, id, default));
        await Refused(410, Delivery(endpoint, "msg_4", Body, now));
    }

    [Fact]
    public async Task Both_secrets_count_while_a_rotation_lasts()
    {
        var (owner, app, former) = await EndpointAsync("rotate");
        var rotated = Product.Ok(await product.Get<IWebhookEndpoints>().RotateAsync(owner, app, former.Endpoint.Id, default));
        Assert.Equal(202, (await ReceiveAsync(former, "msg_5", Body)).Status);
        Assert.Equal(202, (await ReceiveAsync(rotated, "msg_6", Body)).Status);
        product.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(401, (await ReceiveAsync(former, "msg_7", Body)).Status);
        Assert.Equal(202, (await ReceiveAsync(rotated, "msg_8", Body)).Status);
    }

    [Theory]
    [InlineData("""{"type":"image.deleted","data":{}}""", DeliveryState.Ignored)]
    [InlineData("""{"type":"image.pushed","data":{"image":"UPPER CASE"}}""", DeliveryState.Failed)]
    [InlineData("""{"type":"image.pushed"}""", DeliveryState.Failed)]
    [InlineData("not json", DeliveryState.Failed)]
    public async Task A_body_that_asks_for_nothing_usable_makes_no_release(string body, DeliveryState expected)
    {
        var (owner, app, endpoint) = await EndpointAsync($"body-{Guid.NewGuid().ToString("N")[..8]}");
        Assert.Equal(202, (await ReceiveAsync(endpoint, "msg_9", body)).Status);
        await product.DeliveryPassAsync();
        var delivery = Assert.Single(Product.Ok(await product.Get<IWebhookEndpoints>().ListDeliveriesAsync(owner, app, endpoint.Endpoint.Id, 10, default)));
        Assert.Equal(expected, delivery.State);
        Assert.NotEmpty(delivery.Reason);
        Assert.Equal(1, Product.Ok(await product.Get<IApps>().GetAsync(owner, app, default)).Release);
    }

    private async Task<(Actor Owner, ScopeRef App, WebhookSecret Endpoint)> EndpointAsync(string team)
    {
        var (owner, app) = await product.AppAsync(team);
        return (owner, app, Product.Ok(await product.Get<IWebhookEndpoints>().CreateAsync(owner, app, "registry", default)));
    }

    private Task<DeliveryVerdict> ReceiveAsync(WebhookSecret endpoint, string id, string body) =>
        product.Get<IDeliveryReceiver>().ReceiveAsync(Delivery(endpoint, id, body, product.Clock.GetUtcNow()), default);

    private static IncomingDelivery Delivery(WebhookSecret endpoint, string id, string body, DateTimeOffset at)
    {
        var (bytes, timestamp) = (Encoding.UTF8.GetBytes(body), at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        return new(endpoint.Endpoint.Id, id, timestamp, StandardWebhook.Sign(endpoint.Secret.Reveal(), id, timestamp, bytes), "application/json; charset=utf-8", bytes);
    }
}
