using EndToEnd.Tests;
using Testing;
using Xunit;
using Xunit.v3;
using Xunit.Sdk;

[assembly: AssemblyFixture(typeof(PortalFixture))]

// One instance serves all tests and some of them kill its server: they take turns.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace EndToEnd.Tests;

/// <summary>The instance that all tests of this assembly share.</summary>
public sealed class PortalFixture : PortalInstance, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await StartAsync();
}
