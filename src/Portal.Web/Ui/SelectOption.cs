namespace Portal.Web.Ui;

/// <summary>One choice of a <see cref="SelectInput"/>.</summary>
/// <param name="Value">What is reported.</param>
/// <param name="Text">What is read.</param>
public sealed record SelectOption(string Value, string Text);
