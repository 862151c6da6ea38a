using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Http;

/// <summary>The refusals of the API, worded as Kubernetes words them because clients match on reason and people on the text.</summary>
internal static class Refusal
{
    public static ApiStatusException NotFound(GroupResource resource, string name) =>
        new(new ApiStatus(404, "NotFound", $"{resource} \"{name}\" not found") { Group = resource.Group, Kind = resource.Resource, Name = name });

    public static ApiStatusException UnknownPath() => new(new ApiStatus(404, "NotFound", "the server could not find the requested resource"));

    public static ApiStatusException AlreadyExists(GroupResource resource, string name) =>
        new(new ApiStatus(409, "AlreadyExists", $"{resource} \"{name}\" already exists") { Group = resource.Group, Kind = resource.Resource, Name = name });

    public static ApiStatusException Conflict(GroupResource resource, string name, string why) =>
        new(new ApiStatus(409, "Conflict", $"Operation cannot be fulfilled on {resource} \"{name}\": {why}") { Group = resource.Group, Kind = resource.Resource, Name = name });

    public static ApiStatusException Modified(GroupResource resource, string name) =>
        Conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiStatusException TermIsOver(ObjectKey key, WriteFence fence) =>
        new(new ApiStatus(409, "Conflict", $"Operation cannot be fulfilled on {key.Resource} \"{key.Name}\": term {fence.Transitions} of the leader elected by the Lease {fence.Lease.Namespace}/{fence.Lease.Name} is over; stop, and stand for election again")
        {
            Name = key.Name,
            Causes = [new StatusCause("LeaderTermOver", "the Lease has another holder, or none", "")],
        });

    public static ApiStatusException ApplyConflict(string message, IReadOnlyList<StatusCause> causes) =>
        new(new ApiStatus(409, "Conflict", message) { Causes = causes });

    public static ApiStatusException BadRequest(string message) => new(new ApiStatus(400, "BadRequest", message));

    public static ApiStatusException Forbidden(GroupResource resource, string name, string why) =>
        new(new ApiStatus(403, "Forbidden", name.Length > 0 ? $"{resource} \"{name}\" is forbidden: {why}" : $"{resource} is forbidden: {why}")
        {
            Group = resource.Group,
            Kind = resource.Resource,
            Name = name,
        });

    public static ApiStatusException Unauthorized() => new(new ApiStatus(401, "Unauthorized", "Unauthorized"));

    public static ApiStatusException Expired(string message) => new(new ApiStatus(410, "Expired", message));

    /// <summary>The snapshot behind a continue token is gone; the token in the answer goes on with what there is now.</summary>
    public static ApiStatusException ExpiredContinuation(ListContinuation fresh) =>
        new(new ApiStatus(410, "Expired", "The continue token is too old to show the rest of that list. List again from the start, or go on with the token in metadata.continue: objects that changed meanwhile may then be missing or twice.")
        {
            Continue = fresh.ToString(),
        });

    /// <summary>The client has seen a revision that this server has not reached.</summary>
    public static ApiStatusException TooLargeRevision(long asked, long current) =>
        new(new ApiStatus(504, "Timeout", $"Too large resource version: {asked}, current: {current}")
        {
            Causes = [new StatusCause("ResourceVersionTooLarge", "Too large resource version", null)],
            RetryAfterSeconds = 1,
        });

    public static ApiStatusException MethodNotAllowed() =>
        new(new ApiStatus(405, "MethodNotAllowed", "the server does not allow this method on the requested resource"));

    public static ApiStatusException NotAcceptable(string types) =>
        new(new ApiStatus(406, "NotAcceptable", $"only the following media types are accepted: {types}"));

    public static ApiStatusException UnsupportedMediaType(string types) =>
        new(new ApiStatus(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {types}"));

    public static ApiStatusException TooLarge(long limit) =>
        new(new ApiStatus(413, "RequestEntityTooLarge", $"Request entity too large: limit is {limit}"));

    public static ApiStatusException Unavailable(string message) =>
        new(new ApiStatus(503, "ServiceUnavailable", message) { RetryAfterSeconds = 1 });

    public static ApiStatusException Timeout(string message, int retryAfterSeconds) =>
        new(new ApiStatus(504, "Timeout", message) { RetryAfterSeconds = retryAfterSeconds });

    public static ApiStatusException Invalid(GroupVersionKind kind, string name, IReadOnlyList<StatusCause> causes)
    {
        var texts = causes.Select(c => c.Field is null ? c.Message : $"{c.Field}: {c.Message}").Distinct().ToArray();
        var message = texts.Length == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        var qualified = kind.Group.Length == 0 ? kind.Kind : $"{kind.Kind}.{kind.Group}";
        return new(new ApiStatus(422, "Invalid", $"{qualified} \"{name}\" is invalid: {message}") { Group = kind.Group, Kind = kind.Kind, Name = name, Causes = causes });
    }
}
