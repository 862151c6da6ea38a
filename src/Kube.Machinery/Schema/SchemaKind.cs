namespace Kube.Machinery.Schema;

/// <summary>The shape of a value in a document.</summary>
public enum SchemaKind
{
    /// <summary>A structure with known fields.</summary>
    Object,

    /// <summary>A map with free keys and one type of value.</summary>
    Map,

    /// <summary>A list of one type of item.</summary>
    List,

    /// <summary>Text.</summary>
    String,

    /// <summary>A 32- or 64-bit integer.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Base64 text.</summary>
    Bytes,

    /// <summary>A resource quantity: text or number, kept as canonical text.</summary>
    Quantity,

    /// <summary>An integer or text: ports, percentages.</summary>
    IntOrString,

    /// <summary>RFC 3339 time.</summary>
    Time,

    /// <summary>Anything: an embedded object of another type.</summary>
    Any,
}
