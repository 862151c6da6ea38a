namespace Kube.ApiServer.Http;

/// <summary>One cause of a failure.</summary>
/// <param name="Reason">Machine-readable, for instance <c>FieldValueRequired</c>.</param>
/// <param name="Message">For a person.</param>
/// <param name="Field">Path of the field.</param>
internal sealed record StatusCause(string Reason, string Message, string? Field);
