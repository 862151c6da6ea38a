using Portal.Core.Results;
using static Portal.Web.Language.Words;

namespace Portal.Web.Live;

/// <summary>The faults of an input, looked up by the field they belong to.</summary>
/// <param name="errors">All faults.</param>
public sealed class FieldErrors(IReadOnlyList<FieldError> errors)
{
    /// <summary>No faults.</summary>
    public static FieldErrors None => new([]);

    /// <summary>All faults.</summary>
    public IReadOnlyList<FieldError> All => errors;

    /// <summary>The faults of an error, or none.</summary>
    public static FieldErrors Of(Error? error) => new(error is { Fields.IsDefaultOrEmpty: false } ? error.Fields : []);

    /// <summary>The sentence for exactly this path, or null.</summary>
    public string? For(string path) => Say(error => error.Path == path);

    /// <summary>The sentence for this path or anything below it, or null.</summary>
    public string? Under(string path) => Say(error => error.Path == path || error.Path.StartsWith(path + ".", StringComparison.Ordinal) || error.Path.StartsWith(path + "[", StringComparison.Ordinal));

    private string? Say(Func<FieldError, bool> belongs)
    {
        List<FieldError> found = [.. errors.Where(belongs)];
        if (found.Count == 0) return null;
        return string.Join(' ', found.Select(error => S(error.Message)).Distinct(StringComparer.Ordinal));
    }
}
