using k8s.Models;
using Xunit;

namespace Integration.Tests.Controllers;

/// <summary>A control plane with two nodes, <c>one</c> and <c>two</c>, that are fake kubelets of four cores each; new for every test.</summary>
public abstract class TwoNodes : IAsyncLifetime
{
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private protected ControlPlane Plane { get; private set; } = null!;

    private protected FakeKubelet One { get; private set; } = null!;

    private protected FakeKubelet Two { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Plane = await ControlPlane.StartAsync();
        One = await FakeKubelet.StartAsync(Plane.Admin, "one", TestContext.Current.CancellationToken);
        Two = await FakeKubelet.StartAsync(Plane.Admin, "two", TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Two.DisposeAsync();
        await Plane.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected static bool IsReady(V1Pod pod) => pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    private protected async Task<string> KubectlAsync(params string[] arguments)
    {
        var result = await Plane.Server.KubectlAsync(arguments);
        Assert.True(result.ExitCode == 0, $"kubectl {string.Join(' ', arguments)}: {result}");
        return result.Output;
    }
}
