using System.Collections.Immutable;

namespace Portal.Core.Observe;

/// <summary>Whether secrets are taken out of an app's logs before they leave its nodes.</summary>
/// <param name="Nodes">The nodes that run instances.</param>
/// <param name="Unprotected">Those of them that do not say that they passed the self-test: their logs may show secrets.</param>
public sealed record LogProtection(ImmutableArray<string> Nodes, ImmutableArray<string> Unprotected);
