namespace Portal.Core.Results;

/// <summary>One fault of one field of the input.</summary>
/// <param name="Path">Where: a dotted path such as <c>spec.processes.web.port</c>; empty for the document as a whole.</param>
/// <param name="Message">What is wrong and what is accepted, as one sentence.</param>
/// <param name="Line">One-based line in the source text, when the input was text.</param>
public sealed record FieldError(string Path, string Message, int? Line = null);
