using Kube.Node.Volumes;
using Xunit;

namespace Kube.Tests.Node;

public sealed class VolumeSweepTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("volume-sweep-").FullName;

    [Fact]
    public async Task A_directory_goes_a_day_after_its_volume_and_stays_when_the_volume_comes_back()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        foreach (var name in new[] { "pvc-kept", "pvc-gone", "pvc-back", "other" })
            Directory.CreateDirectory(Path.Combine(_root, name));
        var gone = new HashSet<string> { "pvc-gone", "pvc-back", "other" };
        await SweepAsync(now);
        gone.Remove("pvc-back");
        await SweepAsync(now.AddHours(23));
        Assert.True(Directory.Exists(Path.Combine(_root, "pvc-gone")));
        gone.Add("pvc-back");
        await SweepAsync(now.AddHours(25));
        Assert.Equal(["other", "pvc-back", "pvc-kept"], Directory.EnumerateDirectories(_root).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        Task SweepAsync(DateTimeOffset time) => VolumeSweep.SweepAsync(_root, (name, _) => Task.FromResult(gone.Contains(name)), time, default);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
