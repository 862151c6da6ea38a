using System.Globalization;
using System.Text.Json;
using Kube.ApiServer.Authentication;

namespace Kube.ApiServer.Audit;

/// <summary>One line of the audit log: an <c>audit.k8s.io/v1 Event</c> at level Metadata, see https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/.</summary>
/// <param name="Record">What is known of the request.</param>
/// <param name="Stage"><c>ResponseStarted</c> or <c>ResponseComplete</c>.</param>
/// <param name="Uri">Path and query.</param>
/// <param name="Source">The peer's address.</param>
/// <param name="UserAgent">The client's name.</param>
/// <param name="Code">The answer's status.</param>
/// <param name="At">When.</param>
internal sealed record AuditEntry(RequestRecord Record, string Stage, string Uri, string Source, string UserAgent, int Code, DateTimeOffset At)
{
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "Event");
        writer.WriteString("apiVersion", "audit.k8s.io/v1");
        writer.WriteString("level", "Metadata");
        writer.WriteString("auditID", Record.Id);
        writer.WriteString("stage", Stage);
        writer.WriteString("requestURI", Uri);
        writer.WriteString("verb", Record.Attributes?.Verb ?? "");
        User(writer, "user", Record.User ?? UserInfo.Anonymous);
        if (Record.Impersonated is { } impersonated)
            User(writer, "impersonatedUser", impersonated);
        writer.WriteStartArray("sourceIPs");
        writer.WriteStringValue(Source);
        writer.WriteEndArray();
        if (UserAgent.Length > 0)
            writer.WriteString("userAgent", UserAgent);
        Reference(writer);
        writer.WriteStartObject("responseStatus");
        writer.WriteStartObject("metadata");
        writer.WriteEndObject();
        writer.WriteNumber("code", Code);
        writer.WriteEndObject();
        writer.WriteString("requestReceivedTimestamp", Micro(Record.Received));
        writer.WriteString("stageTimestamp", Micro(At));
        Annotations(writer);
        writer.WriteEndObject();
    }

    private static void User(Utf8JsonWriter writer, string field, UserInfo user)
    {
        writer.WriteStartObject(field);
        writer.WriteString("username", user.Name);
        if (user.Uid.Length > 0)
            writer.WriteString("uid", user.Uid);
        Texts(writer, "groups", user.Groups);
        if (user.Extra.Count > 0)
        {
            writer.WriteStartObject("extra");
            foreach (var (key, values) in user.Extra)
                Texts(writer, key, values);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private void Reference(Utf8JsonWriter writer)
    {
        if (Record.Attributes is not { Resource.Length: > 0 } attributes)
            return;
        writer.WriteStartObject("objectRef");
        foreach (var (name, value) in ((string, string)[])[("resource", attributes.Resource), ("namespace", attributes.Namespace), ("name", attributes.Name), ("apiGroup", attributes.Group), ("apiVersion", Record.Version), ("subresource", attributes.Subresource)])
        {
            if (value.Length > 0)
                writer.WriteString(name, value);
        }

        writer.WriteEndObject();
    }

    private void Annotations(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("annotations");
        if (Record.Decision is { } decision)
        {
            writer.WriteString("authorization.k8s.io/decision", decision.Verdict == Authorization.AuthorizationVerdict.Allow ? "allow" : "forbid");
            writer.WriteString("authorization.k8s.io/reason", decision.Reason);
        }

        foreach (var (key, value) in Record.Feedback?.Annotations ?? new Dictionary<string, string>())
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string field, IEnumerable<string> values)
    {
        writer.WriteStartArray(field);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static string Micro(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
