namespace Kube.Machinery.Schema;

/// <summary>A document that is no JSON, or whose values have the wrong types.</summary>
/// <param name="message">What is wrong, for a person.</param>
public sealed class DecodeException(string message) : Exception(message);
