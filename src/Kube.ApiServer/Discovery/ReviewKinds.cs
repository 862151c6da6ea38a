using k8s.Models;
using Kube.ApiServer.Registry;
using Kube.Machinery.Placement;

namespace Kube.ApiServer.Discovery;

/// <summary>The kinds that are asked, not stored.</summary>
internal static class ReviewKinds
{
    private const string Authorization = "authorization.k8s.io";
    private const string Authentication = "authentication.k8s.io";

    public static readonly ReviewKind SelfSubjectAccess = new(Authorization, "SelfSubjectAccessReview", "selfsubjectaccessreviews", typeof(V1SelfSubjectAccessReview), false);
    public static readonly ReviewKind SelfSubjectRules = new(Authorization, "SelfSubjectRulesReview", "selfsubjectrulesreviews", typeof(V1SelfSubjectRulesReview), false);
    public static readonly ReviewKind SubjectAccess = new(Authorization, "SubjectAccessReview", "subjectaccessreviews", typeof(V1SubjectAccessReview), false);
    public static readonly ReviewKind LocalSubjectAccess = new(Authorization, "LocalSubjectAccessReview", "localsubjectaccessreviews", typeof(V1LocalSubjectAccessReview), true);
    public static readonly ReviewKind SelfSubject = new(Authentication, "SelfSubjectReview", "selfsubjectreviews", typeof(V1SelfSubjectReview), false);
    public static readonly ReviewKind Token = new(Authentication, "TokenReview", "tokenreviews", typeof(V1TokenReview), false);

    public static readonly ReviewKind Placement = new(PlacementApi.Group, "PlacementReview", "placementreviews", typeof(V1alpha1PlacementReview), false, PlacementApi.Version);
    public static readonly ReviewKind LocalPlacement = new(PlacementApi.Group, "LocalPlacementReview", "localplacementreviews", typeof(V1alpha1LocalPlacementReview), true, PlacementApi.Version);

    public static IReadOnlyList<ResourceKind> All { get; } = [SelfSubjectAccess, SelfSubjectRules, SubjectAccess, LocalSubjectAccess, SelfSubject, Token, Placement, LocalPlacement];
}
