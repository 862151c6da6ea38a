using System.Globalization;
using System.Numerics;

namespace Kube.Machinery.Quantities;

/// <summary>
/// A resource quantity: an exact decimal number with a suffix, as https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
/// defines it. Kept in units of 10^-9 (nano), rounded up like the original.
/// </summary>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    private static readonly BigInteger NanosPerUnit = 1_000_000_000;
    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private readonly Format _format;

    private Quantity(BigInteger nanos, Format format)
    {
        Nanos = nanos;
        _format = format;
    }

    private enum Format
    {
        Decimal,
        Binary,
        Exponent,
    }

    /// <summary>The value in 10^-9 units.</summary>
    public BigInteger Nanos { get; }

    /// <summary>The value in thousandths, rounded up: what CPU is counted in.</summary>
    public long MilliValue => (long)DivideUp(Nanos, 1_000_000);

    /// <summary>The value in whole units, rounded up: what memory is counted in.</summary>
    public long Value => (long)DivideUp(Nanos, NanosPerUnit);

    /// <summary>A quantity of whole units.</summary>
    public static Quantity FromValue(long value) => new(value * NanosPerUnit, Format.Decimal);

    /// <summary>Parses a quantity, or throws <see cref="FormatException"/>.</summary>
    public static Quantity Parse(string text) =>
        TryParse(text, out var quantity)
            ? quantity
            : throw new FormatException("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");

    /// <summary>Parses a quantity such as <c>100m</c>, <c>1.5Gi</c> or <c>2e3</c>.</summary>
    public static bool TryParse(string? text, out Quantity quantity)
    {
        quantity = default;
        if (string.IsNullOrEmpty(text) || text.Length > 64)
            return false;
        var i = 0;
        var negative = false;
        if (text[0] is '+' or '-')
        {
            negative = text[0] == '-';
            i++;
        }

        BigInteger mantissa = 0;
        var digits = 0;
        var fraction = 0;
        var seenDot = false;
        for (; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                mantissa = (mantissa * 10) + (c - '0');
                digits++;
                if (seenDot)
                    fraction++;
            }
            else if (c == '.' && !seenDot)
            {
                seenDot = true;
            }
            else
            {
                break;
            }
        }

        if (digits == 0 || !TrySuffix(text[i..], out var exponent10, out var exponent2, out var format))
            return false;
        var power = 9 + exponent10 - fraction;
        var value = mantissa * BigInteger.Pow(2, exponent2);
        value = power >= 0 ? value * BigInteger.Pow(10, power) : DivideUp(value, BigInteger.Pow(10, -power));
        quantity = new Quantity(negative ? -value : value, format);
        return true;
    }

    /// <summary>The canonical text: no fraction, the largest suffix that keeps it exact.</summary>
    public override string ToString()
    {
        if (Nanos.IsZero)
            return "0";
        if (_format == Format.Binary && BigInteger.Remainder(Nanos, NanosPerUnit).IsZero && BigInteger.Abs(Nanos) >= 1024 * NanosPerUnit)
        {
            var value = Nanos / NanosPerUnit;
            var suffix = 0;
            while (suffix < BinarySuffixes.Length - 1 && BigInteger.Remainder(value, 1024).IsZero)
            {
                value /= 1024;
                suffix++;
            }

            return value.ToString(CultureInfo.InvariantCulture) + BinarySuffixes[suffix];
        }

        var number = Nanos;
        var exponent = -9;
        while (exponent < 18 && BigInteger.Remainder(number, 1000).IsZero)
        {
            number /= 1000;
            exponent += 3;
        }

        var text = number.ToString(CultureInfo.InvariantCulture);
        if (_format == Format.Exponent)
            return exponent == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}e{exponent}");
        return text + exponent switch { -9 => "n", -6 => "u", -3 => "m", 0 => "", 3 => "k", 6 => "M", 9 => "G", 12 => "T", 15 => "P", _ => "E" };
    }

    /// <inheritdoc/>
    public bool Equals(Quantity other) => Nanos == other.Nanos;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Nanos.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => Nanos.CompareTo(other.Nanos);

    /// <summary>Adds; the sum keeps the left side's format.</summary>
    public Quantity Add(Quantity other) => new(Nanos + other.Nanos, Nanos.IsZero ? other._format : _format);

    /// <summary>Subtracts; the difference keeps the left side's format.</summary>
    public Quantity Subtract(Quantity other) => new(Nanos - other.Nanos, Nanos.IsZero ? other._format : _format);

    /// <summary>Adds.</summary>
    public static Quantity operator +(Quantity left, Quantity right) => left.Add(right);

    /// <summary>Subtracts.</summary>
    public static Quantity operator -(Quantity left, Quantity right) => left.Subtract(right);

    /// <summary>Equal values, whatever the suffix.</summary>
    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);

    /// <summary>Different values.</summary>
    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);

    /// <summary>Less.</summary>
    public static bool operator <(Quantity left, Quantity right) => left.Nanos < right.Nanos;

    /// <summary>Greater.</summary>
    public static bool operator >(Quantity left, Quantity right) => left.Nanos > right.Nanos;

    /// <summary>Less or equal.</summary>
    public static bool operator <=(Quantity left, Quantity right) => left.Nanos <= right.Nanos;

    /// <summary>Greater or equal.</summary>
    public static bool operator >=(Quantity left, Quantity right) => left.Nanos >= right.Nanos;

    private static BigInteger DivideUp(BigInteger value, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(value, divisor, out var remainder);
        return remainder > 0 ? quotient + 1 : quotient;
    }

    private static bool TrySuffix(string suffix, out int exponent10, out int exponent2, out Format format)
    {
        exponent10 = 0;
        exponent2 = 0;
        format = Format.Decimal;
        switch (suffix)
        {
            case "": return true;
            case "n": exponent10 = -9; return true;
            case "u": exponent10 = -6; return true;
            case "m": exponent10 = -3; return true;
            case "k": exponent10 = 3; return true;
            case "M": exponent10 = 6; return true;
            case "G": exponent10 = 9; return true;
            case "T": exponent10 = 12; return true;
            case "P": exponent10 = 15; return true;
            case "E": exponent10 = 18; return true;
        }

        var binary = suffix.Length == 2 ? Array.IndexOf(BinarySuffixes, suffix) : -1;
        if (binary > 0)
        {
            exponent2 = 10 * binary;
            format = Format.Binary;
            return true;
        }

        format = Format.Exponent;
        return suffix[0] is 'e' or 'E'
            && int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent10)
            && exponent10 is >= -18 and <= 30;
    }
}
