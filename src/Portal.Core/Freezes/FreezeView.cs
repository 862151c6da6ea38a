namespace Portal.Core.Freezes;

/// <summary>A time in which an environment takes no new releases, restarts included.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Reason">Why.</param>
/// <param name="Author">Who said so.</param>
/// <param name="From">When it begins.</param>
/// <param name="Until">When it ends.</param>
/// <param name="Active">Whether it holds now.</param>
public sealed record FreezeView(Guid Id, string Reason, string Author, DateTimeOffset From, DateTimeOffset Until, bool Active);
