using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Core.Volumes;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeVolumes : IVolumes
{
    public List<VolumeView> All { get; } = [];

    public static VolumeView View(string name, bool inUse = true, string app = "hello") =>
        new(Guid.NewGuid(), app, name, "10Gi", $"{app}-{name}-1a2b3c4d", inUse, inUse ? null : Place.Now.AddDays(7), Place.Now.AddDays(-3));

    public Task<Result<IReadOnlyList<VolumeView>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) => Task.FromResult(Result<IReadOnlyList<VolumeView>>.Ok([.. All]));

    public Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef environment, Guid id, CancellationToken cancellationToken)
    {
        All.RemoveAll(volume => volume.Id == id);
        return Task.FromResult<Result<Unit>>(Unit.Value);
    }
}
