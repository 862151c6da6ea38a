using System.Text.Json;
using Portal.Core.Apps.Documents;

namespace Portal.Core.Deliveries;

/// <summary>
/// The body of a delivery: <c>{"type":"image.pushed","timestamp":"2026-01-02T03:04:05Z","data":{"image":"registry.example.com/shop/web:1.2"}}</c>.
/// Members beyond these are ignored, as Standard Webhooks asks.
/// </summary>
internal sealed record ImagePushed(string Type, string? Image, string? Fault)
{
    public const string TypeName = "image.pushed";

    public static ImagePushed Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new() { MaxDepth = 32 });
            var type = Text(document.RootElement, "type");
            if (type is null) return new("", null, "The body has no type.");
            if (type != TypeName) return new(type.Length <= 200 ? type : type[..200], null, null);
            if (document.RootElement.TryGetProperty("data", out var data) && Text(data, "image") is { } image)
                return DeclarationRules.Image.Fault(image) is { } fault ? new(type, null, $"data.image: {fault}") : new(type, image, null);
            return new(type, null, "The body has no data.image.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new("", null, "The body is not a JSON object.");
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
