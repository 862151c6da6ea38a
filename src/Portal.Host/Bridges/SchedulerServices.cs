using Kube.Machinery.Placement;

namespace Portal.Host.Bridges;

/// <summary>The scheduler as the API server's host sees it: absent until its host has been built, which comes after.</summary>
internal sealed class SchedulerServices : IPlacementReviews
{
    private volatile IServiceProvider? _provider;

    /// <summary>Makes the scheduler known.</summary>
    public void Connect(IServiceProvider provider) => _provider = provider;

    public async Task<PlacementReviewStatus?> AnswerAsync(PlacementInquiry inquiry, CancellationToken cancellationToken) =>
        _provider?.GetService<IPlacementReviews>() is { } scheduler ? await scheduler.AnswerAsync(inquiry, cancellationToken) : null;
}
