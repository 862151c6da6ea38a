using System.Globalization;
using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.Machinery.Nodes;

/// <summary>
/// What the API server holds against a node, kept in the Node's annotation <see cref="Annotation"/> as
/// <c>{"loss":"Refused","leaseRevision":118,"silentSeconds":0.4,"at":"2026-01-01T12:00:00.1234567Z"}</c>. Its time is a revision of the store, which is the same clock for
/// everybody: a renewal of the node's Lease that is newer than <see cref="LeaseRevision"/> disproves it, an older one does not. Each new loss is of a newer revision than the
/// one before, so it is never mistaken for it.
/// </summary>
/// <param name="Loss">What was found.</param>
/// <param name="LeaseRevision">The resourceVersion of the node's Lease when it was accused; 0 without one.</param>
/// <param name="SilentFor">How long before the accusation the last renewal had come in, by the clock of the server that took it. Zero when that server is another one.</param>
/// <param name="At">For people; never compared.</param>
public sealed record NodeAccusation(NodeLoss Loss, long LeaseRevision, TimeSpan SilentFor, DateTimeOffset At)
{
    /// <summary>The annotation of the Node object.</summary>
    public const string Annotation = "node.portal/lost";

    /// <summary>Whether a sign of life of this revision came after it.</summary>
    /// <param name="leaseRevision">The resourceVersion of the node's Lease now; 0 without one.</param>
    public bool IsDisprovedBy(long leaseRevision) => leaseRevision > LeaseRevision;

    /// <summary>The annotation's value.</summary>
    public override string ToString() => new JsonObject
    {
        ["loss"] = Loss.ToString(),
        ["leaseRevision"] = LeaseRevision,
        ["silentSeconds"] = Math.Round(SilentFor.TotalSeconds, 3),
        ["at"] = At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
    }.ToJsonString();

    /// <summary>Reads the annotation; null when there is none, or not one of ours.</summary>
    /// <param name="text">The annotation's value.</param>
    public static NodeAccusation? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        try
        {
            var node = JsonNode.Parse(text);
            if (!Enum.TryParse<NodeLoss>(node.Text("loss"), out var loss) || node.Integer("leaseRevision") is not { } revision)
                return null;
            var seconds = node is JsonObject o && o["silentSeconds"] is JsonValue value && value.TryGetValue<double>(out var number) ? number : 0;
            DateTimeOffset.TryParse(node.Text("at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at);
            // Nobody can have been silent for less than nothing, nor usefully for more than a day.
            return new NodeAccusation(loss, revision, TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 86_400)), at);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
