using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portal.Core.Apps;

/// <summary>Reads a JSON string into a <see cref="Sensitive"/> and writes a redaction.</summary>
internal sealed class SensitiveJsonConverter : JsonConverter<Sensitive>
{
    public override Sensitive Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("A secret's value must be a string."));

    public override void Write(Utf8JsonWriter writer, Sensitive value, JsonSerializerOptions options) => writer.WriteStringValue("[redacted]");
}
