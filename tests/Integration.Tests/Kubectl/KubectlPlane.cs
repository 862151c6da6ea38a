using Integration.Tests.Controllers;
using Integration.Tests.Storage;
using Kube.ApiServer.Storage;
using Xunit;

namespace Integration.Tests.Kubectl;

/// <summary>A whole control plane on real PostgreSQL with two fake nodes, shared by the rows of the matrix or the cases of a suite.</summary>
public sealed class KubectlPlane : IAsyncLifetime
{
    private StoreFixture _store = null!;
    private FakeKubelet _one = null!;
    private FakeKubelet _two = null!;

    /// <summary>The cluster's authority and the service <c>kubernetes</c> are made, as an installation has them.</summary>
    public bool Published { get; init; }

    /// <summary>The API server, scheduler and controllers.</summary>
    public ControlPlane Plane { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _store = await StoreFixture.CreateAsync();
        var settings = _store.Options();
        Plane = await ControlPlane.StartAsync(services => services.AddKubeStore(o =>
        {
            o.ConnectionString = settings.ConnectionString;
            o.EncryptionKeyPath = settings.EncryptionKeyPath;
        }), Published);
        _one = await FakeKubelet.StartAsync(Plane.Admin, "one", CancellationToken.None);
        _two = await FakeKubelet.StartAsync(Plane.Admin, "two", CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await Plane.DisposeAsync();
        await _store.DisposeAsync();
    }
}
