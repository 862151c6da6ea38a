namespace Portal.Identity.Accounts;

/// <summary>What became of a use case: a value, or the faults that stand against it (nothing was changed then).</summary>
/// <typeparam name="T">What the use case makes.</typeparam>
/// <param name="Value">The result; null exactly when there are faults.</param>
/// <param name="Faults">One sentence a fault, each names its field; empty on success.</param>
public sealed record Outcome<T>(T? Value, IReadOnlyList<Fault> Faults)
    where T : class
{
    /// <summary>True when the use case succeeded.</summary>
    public bool Succeeded => Value is not null;

    internal static Outcome<T> Of(T value) => new(value, []);

    internal static Outcome<T> Refused(params Fault[] faults) => new(null, faults);
}
