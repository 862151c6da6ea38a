namespace Portal.Web.Ui;

/// <summary>What a <see cref="FormField"/> tells the control inside it: its id, whether it is at fault, and the texts that describe it.</summary>
/// <param name="Id">The id the label points to.</param>
/// <param name="Required">Whether a value is needed.</param>
/// <param name="Invalid">Whether an error is shown beside it.</param>
/// <param name="DescribedBy">Ids of help and error texts, separated by spaces; null when there are none.</param>
public sealed record FieldContext(string Id, bool Required, bool Invalid, string? DescribedBy);
