using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>The cases share one control plane.</summary>
[CollectionDefinition("conformance")]
public sealed class ConformanceCollection : ICollectionFixture<ConformanceSuite>;
