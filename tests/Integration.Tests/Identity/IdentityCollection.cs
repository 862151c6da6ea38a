using Xunit;

namespace Integration.Tests.Identity;

[CollectionDefinition(IdentityPostgres.Collection)]
public sealed class IdentityCollection : ICollectionFixture<IdentityPostgres>;
