using Integration.Tests.Core;
using Portal.Core.Members;
using Xunit;

namespace Integration.Tests.Pages;

/// <summary>The product with the places that the cells share in which nothing changes: one with everything in it, one that is just a team.</summary>
public sealed class PagePlaces : IAsyncLifetime
{
    private int _made;

    internal Product Product { get; } = new();

    internal Place Whole { get; private set; } = null!;

    internal Place Bare { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Product.InitializeAsync();
        Whole = await Place.MakeAsync(Product, "pages", bare: false, Enum.GetValues<Role>());
        Bare = await Place.MakeAsync(Product, "pages-bare", bare: true, Enum.GetValues<Role>());
    }

    public ValueTask DisposeAsync() => Product.DisposeAsync();

    /// <summary>A place of one's own, to change something in.</summary>
    internal Task<Place> NewAsync(bool bare, Role role) => Place.MakeAsync(Product, $"pages-{_made++}", bare, role);
}
