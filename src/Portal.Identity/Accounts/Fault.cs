namespace Portal.Identity.Accounts;

/// <summary>One reason why a use case was refused.</summary>
/// <param name="Field">Name of the field at fault, e.g. <c>email</c>, <c>password</c>, <c>code</c>.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record Fault(string Field, string Message);
