using System.Diagnostics.CodeAnalysis;

namespace Portal.Core.Results;

/// <summary>Either the value a use case produced or the <see cref="Results.Error"/> that says why there is none.</summary>
/// <typeparam name="T">What success yields.</typeparam>
public sealed class Result<T>
{
    private Result(T? value, Error? error) => (Value, Error) = (value, error);

    /// <summary>The value; not null exactly when <see cref="IsOk"/>.</summary>
    public T? Value { get; }

    /// <summary>The reason; not null exactly when not <see cref="IsOk"/>.</summary>
    public Error? Error { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Error is null;

    /// <summary>Success with <paramref name="value"/>.</summary>
    [SuppressMessage("Design", "CA1000", Justification = "The factory reads as Result<T>.Ok and conversions cover the common case.")]
    public static Result<T> Ok(T value) => new(value, null);

    /// <summary>Failure with <paramref name="error"/>.</summary>
    [SuppressMessage("Design", "CA1000", Justification = "The factory reads as Result<T>.Fail and conversions cover the common case.")]
    public static Result<T> Fail(Error error) => new(default, error);

    /// <summary>Folds both cases into one value.</summary>
    public TOut Match<TOut>(Func<T, TOut> ok, Func<Error, TOut> fail)
    {
        ArgumentNullException.ThrowIfNull(ok);
        ArgumentNullException.ThrowIfNull(fail);
        return IsOk ? ok(Value) : fail(Error);
    }

    /// <summary>Success by conversion, so that a use case can return its value directly.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "Ok is the named alternative.")]
    public static implicit operator Result<T>(T value) => Ok(value);

    /// <summary>Failure by conversion, so that a use case can return its error directly.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "Fail is the named alternative.")]
    public static implicit operator Result<T>(Error error) => Fail(error);
}
