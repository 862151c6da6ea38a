using System.Text.Json.Serialization;

namespace Portal.Core.Apps;

/// <summary>A value that must not be seen: printing, formatting and serialising yield a redaction. Only <see cref="Reveal"/> gives it out.</summary>
[JsonConverter(typeof(SensitiveJsonConverter))]
public sealed class Sensitive
{
    private readonly string _value;

    /// <summary>Wraps a value.</summary>
    public Sensitive(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>The value itself, for the one place that needs it.</summary>
    public string Reveal() => _value;

    /// <summary>A redaction.</summary>
    public override string ToString() => "[redacted]";
}
