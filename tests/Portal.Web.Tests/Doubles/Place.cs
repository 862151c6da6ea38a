using Portal.Core.Members;

namespace Portal.Web.Tests.Doubles;

/// <summary>The place all page tests happen in, and who is there.</summary>
internal static class Place
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    public static readonly Guid Me = Guid.Parse("11111111-1111-1111-1111-111111111111");
    public static readonly ScopeRef Environment = new("acme", "shop", "production");
    public static readonly ScopeRef App = Environment with { App = "hello" };
}
