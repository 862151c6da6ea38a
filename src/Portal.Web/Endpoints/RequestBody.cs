using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Portal.Core.Results;

namespace Portal.Web.Endpoints;

/// <summary>Reads bodies with a limit and answers in problem details when they cannot be used.</summary>
internal static class RequestBody
{
    public const int MaxBytes = 1024 * 1024;

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.Strict,
        AllowDuplicateProperties = false,
        MaxDepth = 16,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    /// <summary>The raw bytes, or null when there are more than the limit.</summary>
    public static async Task<byte[]?> BytesAsync(HttpRequest request, int limit)
    {
        if (request.ContentLength > limit) return null;
        var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        try
        {
            while (await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted) is > 0 and var read)
            {
                if (buffer.Length + read > limit) return null;
                buffer.Write(chunk, 0, read);
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }

        return buffer.ToArray();
    }

    /// <summary>Reads JSON and hands it on.</summary>
    public static async Task<IResult> WithJsonAsync<T>(HttpContext context, Func<T, Task<IResult>> use)
    {
        if (!IsJson(context.Request)) return Problems.MediaType("application/json");
        if (await BytesAsync(context.Request, MaxBytes) is not { } bytes) return Problems.TooLarge(MaxBytes);
        return Parse<T>(bytes, out var value, out var problem) ? await use(value) : problem;
    }

    /// <summary>Reads text in UTF-8 and hands it on.</summary>
    public static async Task<IResult> WithTextAsync(HttpContext context, Func<string, bool, Task<IResult>> use)
    {
        if (!IsJson(context.Request) && !IsYaml(context.Request)) return Problems.MediaType("application/yaml or application/json");
        if (await BytesAsync(context.Request, MaxBytes) is not { } bytes) return Problems.TooLarge(MaxBytes);
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return await use(text.TrimStart('\uFEFF'), IsJson(context.Request));
        }
        catch (DecoderFallbackException)
        {
            return Problems.Of(Error.Invalid("", "The body is not UTF-8."));
        }
    }

    public static bool Parse<T>(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out IResult? problem)
    {
        try
        {
            value = JsonSerializer.Deserialize<T>(bytes, Json);
            problem = value is null ? Problems.Of(Error.Invalid("", "The body is empty.")) : null;
            return value is not null;
        }
        catch (JsonException e)
        {
            value = default;
            problem = Problems.Of(Error.Invalid(new FieldError(e.Path is { Length: > 2 } path ? path[2..] : "", $"The body does not have the expected form: {Sentence(e)}", (int?)e.LineNumber + 1)));
            return false;
        }
    }

    private static bool IsJson(HttpRequest request) => MediaType(request) is "application/json";

    private static bool IsYaml(HttpRequest request) => MediaType(request) is "application/yaml" or "application/x-yaml" or "text/yaml";

    private static string? MediaType(HttpRequest request) => request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();

    // "The JSON property 'x' could not be mapped ... Path: $ | LineNumber: 0 | BytePositionInLine: 9." names .NET types after the first sentence.
    private static string Sentence(JsonException e)
    {
        if (e.InnerException is null && e.Message.Contains("could not be mapped", StringComparison.Ordinal)) return $"the member {e.Path?.Split('.')[^1]} is not known here.";
        if (e.Message.Contains("missing required", StringComparison.Ordinal)) return "a member is missing.";
        return "a value has the wrong type or the text is not JSON.";
    }
}
