using Kube.ApiServer.Authentication;

namespace Kube.ApiServer.Authorization;

/// <summary>What is decided on.</summary>
/// <param name="User">Who asks.</param>
/// <param name="Verb"><c>get list watch create update patch delete deletecollection</c>, or the HTTP method in lower case for paths that are no resource.</param>
/// <param name="Group">API group of the resource; empty for the core group.</param>
/// <param name="Resource">Plural; empty for paths that are no resource.</param>
/// <param name="Subresource">Subresource, or empty.</param>
/// <param name="Namespace">Namespace; empty for cluster-scoped resources and for all namespaces.</param>
/// <param name="Name">Object, or empty for collections.</param>
/// <param name="Path">The request's path when it is no resource, else empty.</param>
/// <param name="FieldSelector">The field selector of a list or watch as sent; null when there is none.</param>
public sealed record AuthorizationAttributes(UserInfo User, string Verb, string Group, string Resource, string Subresource, string Namespace, string Name, string Path, string? FieldSelector = null);
