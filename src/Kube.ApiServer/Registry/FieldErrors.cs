using Kube.ApiServer.Http;

namespace Kube.ApiServer.Registry;

/// <summary>Collects what is wrong with a document, field by field, in Kubernetes' wording.</summary>
internal sealed class FieldErrors
{
    private readonly List<StatusCause> _causes = [];

    public IReadOnlyList<StatusCause> Causes => _causes;

    public bool Any => _causes.Count > 0;

    /// <summary>Something has been said of this very field already.</summary>
    public bool Names(string field) => _causes.Count > 0 && _causes.Exists(c => c.Field == field);

    public void Required(string field, string detail = "") =>
        Add("FieldValueRequired", field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public void Invalid(string field, object? value, string detail) => Add("FieldValueInvalid", field, $"Invalid value: {Show(value)}: {detail}");

    public void Forbidden(string field, string detail) => Add("FieldValueForbidden", field, $"Forbidden: {detail}");

    public void Duplicate(string field, object? value) => Add("FieldValueDuplicate", field, $"Duplicate value: {Show(value)}");

    public void NotFound(string field, object? value) => Add("FieldValueNotFound", field, $"Not found: {Show(value)}");

    public void NotSupported(string field, string? value, params IEnumerable<string> supported) =>
        Add("FieldValueNotSupported", field, $"Unsupported value: \"{value}\": supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}");

    public void TooLong(string field, long max, string unit = "bytes") => Add("FieldValueTooLong", field, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Too long: may not be more than {max} {unit}"));

    public void Between(string field, long? value, long low, long high)
    {
        if (value is { } number && (number < low || number > high))
            Invalid(field, number, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"must be between {low} and {high}, inclusive"));
    }

    public void Add(StatusCause cause) => _causes.Add(cause);

    public void OneOf(string field, string? value, params string[] supported)
    {
        if (value is not null && !supported.Contains(value))
            NotSupported(field, value, supported);
    }

    public void Check(string field, string value, string? wrong)
    {
        if (wrong is not null)
            Invalid(field, value, wrong);
    }

    public void NotNegative(string field, long? value)
    {
        if (value < 0)
            Invalid(field, value, "must be greater than or equal to 0");
    }

    public void Immutable(string field, object? value) => Invalid(field, value, "field is immutable");

    private static string Show(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
    };

    private void Add(string reason, string field, string message) => _causes.Add(new StatusCause(reason, message, field));
}
