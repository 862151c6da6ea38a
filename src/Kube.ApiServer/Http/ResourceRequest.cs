using Kube.ApiServer.Admission;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>A request for a resource, past authentication and authorization.</summary>
/// <param name="Http">The HTTP exchange.</param>
/// <param name="Path">The path taken apart.</param>
/// <param name="Kind">The kind addressed.</param>
/// <param name="Verb">The API verb.</param>
/// <param name="User">Who asks.</param>
internal sealed record ResourceRequest(HttpContext Http, RequestPath Path, ResourceKind Kind, string Verb, UserInfo User)
{
    public ObjectKey Key => new(Kind.StorageResource, Path.Namespace, Path.Name);

    /// <summary>Namespace to look in; null for all.</summary>
    public string? Scope => Path.Namespace.Length == 0 ? null : Path.Namespace;

    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) ? values[0] : null;

    public bool Flag(string name) => Query(name) is "true" or "1" or "True";

    public CancellationToken Aborted => Http.RequestAborted;

    public bool DryRun
    {
        get
        {
            return Query("dryRun") switch
            {
                null or "" => false,
                "All" => true,
                var other => throw Refusal.BadRequest($"Invalid value for dryRun: \"{other}\": supported values: \"All\""),
            };
        }
    }

    /// <summary>Who is recorded as the writer: the parameter, else the program named by the user agent.</summary>
    public string Manager
    {
        get
        {
            if (Query("fieldManager") is { Length: > 0 } named)
                return named.Length <= 128 ? named : throw Refusal.BadRequest("Invalid value for fieldManager: may not be more than 128 bytes");
            var agent = Http.Request.Headers.UserAgent.ToString();
            var slash = agent.IndexOf('/', StringComparison.Ordinal);
            var program = slash > 0 ? agent[..slash] : agent;
            return program.Length is 0 or > 128 ? "unknown" : program;
        }
    }

    /// <summary>What admission said; sent as warnings when the answer starts.</summary>
    public AdmissionFeedback Feedback { get; } = new();

    public WriteOptions Options(string subresource = "") => new(Manager, DryRun, Flag("force"), subresource, User) { Feedback = Feedback, Fence = LeaderTermHeader.Read(Http.Request.Headers) };
}
