using System.Globalization;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Http;

/// <summary>
/// The parameters of a list or watch that say how much and as of when, checked together because not every combination means something. See
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions.
/// </summary>
/// <param name="Limit">Largest page; 0 for all.</param>
/// <param name="Continue">Where an earlier page ended.</param>
/// <param name="Revision">The revision named; 0 when none is.</param>
/// <param name="Exact">Only that revision will do; any newer one otherwise.</param>
/// <param name="HasRevision">A revision is named, be it 0.</param>
/// <param name="SendInitialEvents">A watch begins with what there is; null when the client did not say.</param>
internal sealed record ListOptions(int Limit, ListContinuation? Continue, long Revision, bool Exact, bool HasRevision, bool? SendInitialEvents)
{
    private static readonly GroupVersionKind Kind = new("meta.k8s.io", "v1", "ListOptions");

    public static ListOptions Of(ResourceRequest request, bool watch)
    {
        var version = request.Query("resourceVersion") ?? "";
        var match = request.Query("resourceVersionMatch") ?? "";
        var token = request.Query("continue") ?? "";
        var initial = request.Query("sendInitialEvents") switch { null or "" => (bool?)null, "true" or "1" or "True" => true, _ => false };
        if (watch)
            CheckWatch(match, initial);
        else
            CheckList(version, match, token, initial);
        var position = ListContinuation.Parse(token);
        if (position is not null && version is not ("" or "0"))
            throw Refusal.BadRequest("specifying resource version is not allowed when using continue");
        var revision = RevisionOf(version);
        var limit = Limited(request.Query("limit"));
        // A page of a named revision without a word on matching has always meant exactly that revision.
        var exact = match == "Exact" || (!watch && match.Length == 0 && limit > 0 && revision > 0);
        return new ListOptions(limit, position, revision, exact, version.Length > 0, initial);
    }

    public static long RevisionOf(string? version)
    {
        if (string.IsNullOrEmpty(version))
            return 0;
        return long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw Refusal.BadRequest($"Invalid value: \"{version}\": strconv.ParseUint: parsing \"{version}\": invalid syntax");
    }

    private static void CheckWatch(string match, bool? initial)
    {
        if (initial is null && match.Length > 0)
            throw Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        if (initial is not null && match != "NotOlderThan")
            throw Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }

    private static void CheckList(string version, string match, string token, bool? initial)
    {
        if (initial is not null)
            throw Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
        if (match.Length == 0)
            return;
        if (match is not ("Exact" or "NotOlderThan"))
            throw Refusal.Invalid(Kind, "", [new StatusCause("FieldValueNotSupported", $"Unsupported value: \"{match}\": supported values: \"Exact\", \"NotOlderThan\"", "resourceVersionMatch")]);
        if (version.Length == 0)
            throw Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided");
        if (token.Length > 0)
            throw Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
        if (match == "Exact" && version == "0")
            throw Forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    }

    private static ApiStatusException Forbidden(string field, string why) =>
        Refusal.Invalid(Kind, "", [new StatusCause("FieldValueForbidden", "Forbidden: " + why, field)]);

    private static int Limited(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return 0;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit))
            throw Refusal.BadRequest($"invalid limit \"{text}\"");
        return (int)Math.Clamp(limit, 0, int.MaxValue);
    }
}
