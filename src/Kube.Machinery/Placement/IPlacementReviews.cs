namespace Kube.Machinery.Placement;

/// <summary>Answers placement reviews: the scheduler, as the API server sees it.</summary>
public interface IPlacementReviews
{
    /// <summary>Answers on the state the scheduler knows now, without changing anything.</summary>
    /// <param name="inquiry">What is asked, workloads and templates resolved to pods.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer; null while no scheduler has its state complete.</returns>
    Task<PlacementReviewStatus?> AnswerAsync(PlacementInquiry inquiry, CancellationToken cancellationToken);
}
