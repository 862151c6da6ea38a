using System.Text.Json.Nodes;
using k8s.Models;

namespace Kube.Controllers.Revisions;

/// <summary>An object whose templates are kept as revisions.</summary>
/// <param name="ApiVersion">Its version, for owner references.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="Selector">Its selector, by which orphaned revisions are found.</param>
/// <param name="Template">Its template as it is now.</param>
/// <param name="ReadAsync">The whole object as the server has it: a model would drop fields it does not know.</param>
internal sealed record RevisionOwner(
    string ApiVersion, string Kind, V1ObjectMeta Metadata, V1LabelSelector Selector, V1PodTemplateSpec Template, Func<CancellationToken, Task<JsonObject?>> ReadAsync);
