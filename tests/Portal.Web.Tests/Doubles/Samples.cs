using System.Collections.Immutable;
using Portal.Core.Apps;
using Portal.Core.Observe;
using Portal.Core.Releases;

namespace Portal.Web.Tests.Doubles;

/// <summary>Views with plausible contents.</summary>
internal static class Samples
{
    public static AppDeclaration Declaration(string name = "hello", string image = "localhost/portal/hello:1", int replicas = 2) => new()
    {
        Metadata = new() { Name = name },
        Spec = new()
        {
            Image = image,
            Processes = ImmutableSortedDictionary<string, ProcessSpec>.Empty.Add("web", new() { Port = 8080, Replicas = replicas, Size = "small", Health = new() { Path = "/healthz" } }),
            Env = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("GREETING", "hello"),
            Secrets = ["API_KEY"],
            Domains = ["hello.example.com"],
        },
    };

    public static AppView App(string name = "hello", int release = 3, AppDeclaration? declaration = null) => new(
        Guid.NewGuid(), "acme", "shop", "production", name, (declaration ?? Declaration(name)).Spec.Image, release, 2, $"{name}-production-shop.apps.localhost", $"http://{name}-production-shop.apps.localhost:8080/",
        ["hello.example.com"], [new("API_KEY", 2, Place.Now.AddDays(-1))], declaration ?? Declaration(name), false, Place.Now.AddDays(-12));

    public static RolloutView Rollout(int release = 3, RolloutState state = RolloutState.Live, string message = "") =>
        new(release, state, message, Place.Now.AddMinutes(-5), Place.Now.AddMinutes(-5).AddSeconds(9), Place.Now.AddMinutes(5));

    public static ReleaseView Release(int number, RolloutState state = RolloutState.Live, string reason = "web scaled to 2") => new(
        Guid.NewGuid(), number, reason, "localhost/portal/hello:1", "ada@example.com", Place.Now.AddMinutes(-5), null, ImmutableDictionary<string, int>.Empty.Add("API_KEY", 2), Declaration(), Rollout(number, state));

    public static InstanceView Instance(string suffix, bool ready = true, string phase = "Running", string? message = null) =>
        new($"hello-web-5d9f7c-{suffix}", "web", phase, ready, 0, 3, "node-1", message, Place.Now.AddMinutes(-4));

    public static AppSnapshot Snapshot(string app = "hello", HealthState health = HealthState.Healthy, string reason = "", int ready = 2, RolloutView? rollout = null) => new(
        app, health, reason, [new("web", 2, ready, 2)],
        [.. Enumerable.Range(0, 2).Select(index => index < ready ? Instance(index == 0 ? "k2xqp" : "m8vtz") : Instance(index == 0 ? "k2xqp" : "m8vtz", false, "Starting", "The readiness probe does not answer yet."))],
        [new(Place.Now.AddMinutes(-4), false, "Started", "Started container web", "Pod/hello-web-5d9f7c-k2xqp", 1), new(Place.Now.AddMinutes(-5), true, "FailedScheduling", "0 of 1 nodes fit: not enough memory", "Pod/hello-web-5d9f7c-m8vtz", 3)],
        rollout ?? Rollout(), Place.Now, TimeSpan.Zero);
}
