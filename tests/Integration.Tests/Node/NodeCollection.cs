using Xunit;

namespace Integration.Tests.Node;

/// <summary>The node tests share one node: it takes seconds to make, and its tests restart its agent.</summary>
[CollectionDefinition(nameof(NodeCollection), DisableParallelization = true)]
public sealed class NodeCollection : ICollectionFixture<NodeFixture>;
