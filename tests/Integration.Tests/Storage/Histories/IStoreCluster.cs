using Kube.ApiServer.Storage;

namespace Integration.Tests.Storage.Histories;

/// <summary>Some stores on one database, and what can go wrong with them.</summary>
internal interface IStoreCluster : IAsyncDisposable
{
    /// <summary>The stores that serve now; a new array after each change.</summary>
    ObjectStore[] Stores { get; }

    /// <summary>Lets one thing go wrong and mends it; returns when the cluster takes writes again.</summary>
    /// <returns>What it was.</returns>
    Task<string> DisturbAsync(Random random);

    /// <summary>Everything the database kept, in the order of revisions.</summary>
    Task<IReadOnlyList<LogRow>> ReadLogAsync();
}
