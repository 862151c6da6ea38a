using System.Collections.Immutable;

namespace Portal.Core.Results;

/// <summary>Why a use case did not do what was asked.</summary>
/// <param name="Kind">Which of the closed set of kinds.</param>
/// <param name="Message">One sentence for the person who asked; never contains a secret or the name of a foreign object.</param>
/// <param name="Fields">The faults by field; empty unless <paramref name="Kind"/> is <see cref="ErrorKind.Invalid"/>.</param>
public sealed record Error(ErrorKind Kind, string Message, ImmutableArray<FieldError> Fields)
{
    /// <summary>The answer for missing and for foreign objects alike.</summary>
    /// <param name="noun">What was looked for, for example <c>app</c>.</param>
    public static Error NotFound(string noun) => new(ErrorKind.NotFound, $"There is no such {noun}.", []);

    /// <summary>The actor's role lacks a right on an object it can see.</summary>
    public static Error Forbidden(string message) => new(ErrorKind.Forbidden, message, []);

    /// <summary>The input has these faults.</summary>
    public static Error Invalid(params IEnumerable<FieldError> fields)
    {
        ImmutableArray<FieldError> all = [.. fields];
        return new(ErrorKind.Invalid, all.Length == 1 ? all[0].Message : $"The input has {all.Length} faults.", all);
    }

    /// <summary>The input has one fault.</summary>
    public static Error Invalid(string path, string message) => Invalid(new FieldError(path, message));

    /// <summary>The present state refuses the change.</summary>
    public static Error Conflict(string message) => new(ErrorKind.Conflict, message, []);

    /// <summary>The team's quota refuses the change.</summary>
    public static Error QuotaExceeded(string message) => new(ErrorKind.QuotaExceeded, message, []);

    /// <summary>A dependency does not answer now.</summary>
    public static Error Unavailable(string message) => new(ErrorKind.Unavailable, message, []);
}
