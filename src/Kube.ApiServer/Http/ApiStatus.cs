using System.Text.Json;

namespace Kube.ApiServer.Http;

/// <summary>Why something failed, in the API's own words: a <c>meta/v1 Status</c>.</summary>
/// <param name="Code">HTTP status code.</param>
/// <param name="Reason">Machine-readable reason.</param>
/// <param name="Message">For a person.</param>
internal sealed record ApiStatus(int Code, string Reason, string Message)
{
    /// <summary>Group of the resource concerned.</summary>
    public string? Group { get; init; }

    /// <summary>The resource or kind concerned.</summary>
    public string? Kind { get; init; }

    /// <summary>The object concerned.</summary>
    public string? Name { get; init; }

    /// <summary>Uid of the object concerned.</summary>
    public string? Uid { get; init; }

    /// <summary>Where an expired list may go on.</summary>
    public string? Continue { get; init; }

    /// <summary>One cause a field.</summary>
    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>Seconds after which to try again.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Whether this is a success.</summary>
    public bool IsSuccess => Code < 400;

    /// <summary>Writes the Status object.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "Status");
        writer.WriteString("apiVersion", "v1");
        writer.WriteStartObject("metadata");
        if (Continue is not null)
            writer.WriteString("continue", Continue);
        writer.WriteEndObject();
        writer.WriteString("status", IsSuccess ? "Success" : "Failure");
        if (Message.Length > 0)
            writer.WriteString("message", Message);
        if (Reason.Length > 0)
            writer.WriteString("reason", Reason);
        WriteDetails(writer);
        writer.WriteNumber("code", Code);
        writer.WriteEndObject();
    }

    /// <summary>The Status object as UTF-8 JSON.</summary>
    public byte[] ToUtf8()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.Writing))
            WriteTo(writer);
        return buffer.ToArray();
    }

    private void WriteDetails(Utf8JsonWriter writer)
    {
        if (Kind is null && Name is null && Causes.Count == 0 && RetryAfterSeconds is null)
            return;
        writer.WriteStartObject("details");
        if (!string.IsNullOrEmpty(Name))
            writer.WriteString("name", Name);
        if (!string.IsNullOrEmpty(Group))
            writer.WriteString("group", Group);
        if (Kind is not null)
            writer.WriteString("kind", Kind);
        if (Uid is not null)
            writer.WriteString("uid", Uid);
        if (Causes.Count > 0)
        {
            writer.WriteStartArray("causes");
            foreach (var cause in Causes)
            {
                writer.WriteStartObject();
                writer.WriteString("reason", cause.Reason);
                writer.WriteString("message", cause.Message);
                if (cause.Field is not null)
                    writer.WriteString("field", cause.Field);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (RetryAfterSeconds is { } seconds)
            writer.WriteNumber("retryAfterSeconds", seconds);
        writer.WriteEndObject();
    }
}
