using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Core.Apps;
using Portal.Core.Results;

namespace Portal.Web.Endpoints;

/// <summary>
/// A declaration as it comes in: YAML, JSON, or JSON of the form <c>{"declaration": {…}, "secrets": {"NAME": "value"}, "planId": "…"}</c>.
/// </summary>
internal sealed record DeclarationBody(AppDeclaration Declaration, IReadOnlyDictionary<string, Sensitive>? Secrets, string? PlanId)
{
    private static readonly string[] Members = ["declaration", "secrets", "planId"];

    public static Task<IResult> WithAsync(HttpContext http, IDeclarations declarations, Func<DeclarationBody, Task<IResult>> use) =>
        RequestBody.WithTextAsync(http, async (text, isJson) =>
        {
            var body = Read(text, isJson, declarations);
            return body.IsOk ? await use(body.Value) : Problems.Of(body.Error);
        });

    public static Result<DeclarationBody> Read(string text, bool isJson, IDeclarations declarations)
    {
        if (!isJson) return Plain(declarations.ParseYaml(text));
        JsonObject envelope;
        try
        {
            if (JsonNode.Parse(text, null, new() { MaxDepth = 32, AllowDuplicateProperties = false }) is not JsonObject parsed || !parsed.ContainsKey("declaration")) return Plain(declarations.ParseJson(text));
            envelope = parsed;
        }
        catch (JsonException)
        {
            // The reader of declarations says where the fault is.
            return Plain(declarations.ParseJson(text));
        }

        var faults = envelope.Where(member => !Members.Contains(member.Key)).Select(member => new FieldError(member.Key, $"The key '{member.Key}' is not known here; known are {string.Join(", ", Members)}.")).ToList();
        var secrets = new Dictionary<string, Sensitive>(StringComparer.Ordinal);
        if (envelope["secrets"] is JsonObject given)
        {
            foreach (var (name, value) in given)
            {
                if (value is JsonValue plain && plain.GetValueKind() == JsonValueKind.String) secrets[name] = new(plain.GetValue<string>());
                else faults.Add(new($"secrets.{name}", "A secret's value must be text."));
            }
        }
        else if (envelope["secrets"] is not null) faults.Add(new("secrets", "Must be a mapping of names to values."));

        var plan = envelope["planId"] is JsonValue id && id.GetValueKind() == JsonValueKind.String ? id.GetValue<string>() : null;
        var declaration = declarations.ParseJson(envelope["declaration"]?.ToJsonString() ?? "null");
        if (!declaration.IsOk) faults.AddRange(declaration.Error.Fields.Select(fault => fault with { Line = null }));
        return faults.Count > 0 ? Error.Invalid(faults) : new DeclarationBody(declaration.Value!, secrets, plan);
    }

    private static Result<DeclarationBody> Plain(Result<AppDeclaration> declaration) =>
        declaration.IsOk ? new DeclarationBody(declaration.Value, null, null) : declaration.Error;
}
