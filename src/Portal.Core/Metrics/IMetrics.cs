using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Metrics;

/// <summary>What apps use and serve.</summary>
public interface IMetrics
{
    /// <summary>An app's figures from so long ago until now, in at most 240 steps. Needs <see cref="Right.MetricsRead"/>.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="app">The app.</param>
    /// <param name="range">How far back, a minute up to the time samples are kept.</param>
    /// <param name="compare">Whether the time of equal length before is wanted too.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    Task<Result<MetricsView>> ReadAsync(Actor actor, ScopeRef app, TimeSpan range, bool compare, CancellationToken cancellationToken);
}
